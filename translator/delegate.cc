#include "translator/delegate.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "mesh/gateway_name.h"
#include "mesh/lookup.h"
#include "translator/match_merge.h"

namespace binnacle::translator {
namespace {

using policy::v1::Destination;
using policy::v1::HttpMatchRequest;
using policy::v1::HttpRoute;
using policy::v1::VirtualService;

// nullptr if there is none that may be delegated to.
const policy::Object* FindDelegate(mesh::View& view, const policy::v1::Delegate& delegate,
                                   const policy::Object& root) {
  const absl::string_view ns = delegate.namespace_().empty()
                                   ? absl::string_view(root.key.ns)
                                   : absl::string_view(delegate.namespace_());
  const policy::Object* object =
      view.Find<mesh::FactKind::kVirtualService>(mesh::Qualified(ns, delegate.name()));
  if (object == nullptr || !object->As<VirtualService>().hosts().empty()) return nullptr;
  return mesh::SeesVirtualService(root.key.ns, *object, view.settings()) ? object : nullptr;
}

// A rule that leaves its VirtualService takes its namespace along.
HttpRoute Complete(const HttpRoute& rule, absl::string_view ns, absl::string_view domain) {
  HttpRoute complete = rule;
  auto resolve = [&](Destination& to) { to.set_host(mesh::ResolveHost(to.host(), ns, domain)); };
  for (auto& route : *complete.mutable_route()) resolve(*route.mutable_destination());
  for (auto& mirror : *complete.mutable_mirrors()) resolve(*mirror.mutable_destination());
  if (complete.has_mirror()) resolve(*complete.mutable_mirror());
  for (HttpMatchRequest& match : *complete.mutable_match()) {
    for (std::string& gateway : *match.mutable_gateways()) {
      gateway = mesh::ResolveGatewayName(gateway, ns);
    }
  }
  return complete;
}

std::string JoinNames(const std::string& root, const std::string& delegate) {
  if (root.empty() || delegate.empty()) return root.empty() ? delegate : root;
  return root + "-" + delegate;
}

void FillMirrors(const HttpRoute& root, HttpRoute& rule) {
  if (!rule.has_mirror() && root.has_mirror()) *rule.mutable_mirror() = root.mirror();
  if (rule.mirrors().empty()) *rule.mutable_mirrors() = root.mirrors();
  if (!rule.has_mirror_percent() && root.has_mirror_percent()) {
    *rule.mutable_mirror_percent() = root.mirror_percent();
  }
  if (!rule.has_mirror_percentage() && root.has_mirror_percentage()) {
    *rule.mutable_mirror_percentage() = root.mirror_percentage();
  }
}

void FillUnset(const HttpRoute& root, HttpRoute& rule) {
  if (!rule.has_rewrite() && root.has_rewrite()) *rule.mutable_rewrite() = root.rewrite();
  if (!rule.has_timeout() && root.has_timeout()) *rule.mutable_timeout() = root.timeout();
  if (!rule.has_retries() && root.has_retries()) *rule.mutable_retries() = root.retries();
  if (!rule.has_fault() && root.has_fault()) *rule.mutable_fault() = root.fault();
  if (!rule.has_headers() && root.has_headers()) *rule.mutable_headers() = root.headers();
  if (!rule.has_cors_policy() && root.has_cors_policy()) {
    *rule.mutable_cors_policy() = root.cors_policy();
  }
  if (!rule.has_direct_response() && root.has_direct_response()) {
    *rule.mutable_direct_response() = root.direct_response();
  }
  FillMirrors(root, rule);
}

void AppendMerged(const HttpRoute& root, const policy::Object& delegate, absl::string_view domain,
                  HttpRules& rules) {
  for (const HttpRoute& rule : delegate.As<VirtualService>().http()) {
    if (rule.has_delegate()) continue;  // one level only
    HttpRoute merged = Complete(rule, delegate.key.ns, domain);
    if (!MergeMatches(root.match(), *merged.mutable_match())) continue;
    merged.set_name(JoinNames(root.name(), rule.name()));
    FillUnset(root, merged);
    rules.made.push_back(std::make_unique<const HttpRoute>(std::move(merged)));
    rules.rules.push_back(rules.made.back().get());
  }
}

}  // namespace

HttpRules FindHttpRules(mesh::View& view, const policy::Object& virtual_service, Origins& origins) {
  HttpRules rules;
  const auto& http = virtual_service.As<VirtualService>().http();
  rules.rules.reserve(http.size());
  for (const HttpRoute& rule : http) {
    if (!rule.has_delegate()) {
      rules.rules.push_back(&rule);
      continue;
    }
    const policy::Object* delegate = FindDelegate(view, rule.delegate(), virtual_service);
    if (delegate == nullptr) continue;
    const std::string& domain = view.settings().domain;
    AppendMerged(Complete(rule, virtual_service.key.ns, domain), *delegate, domain, rules);
    origins.push_back(delegate->origin);
  }
  return rules;
}

}  // namespace binnacle::translator
