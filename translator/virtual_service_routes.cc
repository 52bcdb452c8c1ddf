#include "translator/virtual_service_routes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "proto/policy/virtual_service.pb.h"
#include "translator/cluster_name.h"
#include "translator/cors_policy.h"
#include "translator/delegate.h"
#include "translator/direct_response.h"
#include "translator/fault.h"
#include "translator/hash_policy.h"
#include "translator/header_mutation.h"
#include "translator/operation_name.h"
#include "translator/redirect.h"
#include "translator/route_action.h"
#include "translator/route_match.h"
#include "translator/source_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using policy::v1::HttpMatchRequest;
using policy::v1::HttpRoute;

std::string RouteName(const HttpRoute& rule, const HttpMatchRequest& match) {
  if (match.name().empty() || rule.name().empty()) return rule.name() + match.name();
  return rule.name() + "." + match.name();
}

// False if the rule leads nowhere that Envoy knows.
bool SetAction(RouteContext& context, const HttpRoute& rule, absl::string_view ns, Route& route) {
  if (rule.has_redirect()) return SetRedirect(rule.redirect(), context.port, context.tls, route);
  if (rule.has_direct_response()) {
    SetDirectResponse(rule.direct_response(), route);
    return true;
  }
  return SetRouteAction(context, rule, ns, route);
}

// What the rule does, whichever of its matches led there. False if it leads
// nowhere.
bool SetWhatIsDone(RouteContext& context, const HttpRoute& rule, absl::string_view ns,
                   Route& route) {
  if (rule.has_headers()) AppendHeaderMutations(rule.headers(), route);
  if (!SetAction(context, rule, ns, route)) return false;
  if (rule.has_fault()) SetFault(rule.fault(), route);
  if (rule.has_cors_policy()) SetCorsPolicy(rule.cors_policy(), context.proxy, route);
  return true;
}

// One rule with one of its matches (empty: every request). `like`: a route of
// the same rule, or nullptr. Gives the route, or nullptr if the rule leads
// nowhere.
const Route* AppendRoute(RouteContext& context, const HttpRoute& rule,
                         const HttpMatchRequest& match, const policy::Object& virtual_service,
                         const Route* like, Routes& routes) {
  Route& route = *routes.Add();
  if (like != nullptr) {
    route = *like;
    route.mutable_match()->Clear();
  } else if (!SetWhatIsDone(context, rule, virtual_service.key.ns, route)) {
    routes.RemoveLast();
    return nullptr;
  }
  route.set_name(RouteName(rule, match));
  if (rule.match().empty()) {
    SetCatchAllMatch(*route.mutable_match());
  } else {
    SetRouteMatch(match, *route.mutable_match());
  }
  route.set_stat_prefix(match.stat_prefix());
  SetOperationName(virtual_service.key.name, context.port, route);
  return &route;
}

// True if nothing after the rule can be reached.
bool AppendRule(RouteContext& context, const HttpRoute& rule, const policy::Object& virtual_service,
                Routes& routes) {
  if (rule.match().empty()) {
    AppendRoute(context, rule, HttpMatchRequest::default_instance(), virtual_service, nullptr,
                routes);
    return true;
  }
  const Route* last = nullptr;
  for (const HttpMatchRequest& match : rule.match()) {
    if (!SourceMatches(context, match, virtual_service.key.ns)) continue;
    last = AppendRoute(context, rule, match, virtual_service, last, routes);
    if (last == nullptr) return false;
    if (IsCatchAll(last->match())) return true;
  }
  return false;
}

}  // namespace

bool AppendVirtualServiceRoutes(RouteContext& context, const policy::Object& virtual_service,
                                Routes& routes) {
  const int before = routes.size();
  const HttpRules rules = FindHttpRules(context.view, virtual_service, context.origins);
  for (const HttpRoute* rule : rules.rules) {
    if (AppendRule(context, *rule, virtual_service, routes)) break;
  }
  if (routes.size() == before) return false;
  context.origins.push_back(virtual_service.origin);
  return true;
}

void AppendServiceRoute(RouteContext& context, const mesh::Service& service, Routes& routes) {
  Route& route = *routes.Add();
  const bool hashed =
      AppendHashPolicy(context, service.host, &service, context.port, "", *route.mutable_route());
  SetServiceRoute(OutboundClusterName(context.port, "", service.host),
                  ServiceOperationName(service.host, context.port), context.view.settings().config,
                  hashed, route);
}

void SetServiceRoute(std::string cluster, std::string operation, const policy::v1::MeshConfig& mesh,
                     bool hashed, Route& route) {
  route.set_name("default");
  SetCatchAllMatch(*route.mutable_match());
  SetServiceRouteAction(std::move(cluster), mesh, hashed, *route.mutable_route());
  route.mutable_decorator()->set_operation(std::move(operation));
}

void PutCatchAllsLast(Routes& routes) {
  std::stable_partition(routes.pointer_begin(), routes.pointer_end(),
                        [](const Route* route) { return !IsCatchAll(route->match()); });
}

}  // namespace binnacle::translator
