#include "translator/virtual_service_routes.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/cluster_name.h"
#include "translator/delegate.h"
#include "translator/hash_policy.h"
#include "translator/route_effect.h"
#include "translator/route_match.h"
#include "translator/source_match.h"

namespace binnacle::translator {
namespace {

using policy::v1::HttpMatchRequest;
using policy::v1::HttpRoute;

constexpr absl::string_view kServiceRoute = "default";

std::string RouteName(const HttpRoute& rule, const HttpMatchRequest& match) {
  const absl::string_view dot = match.name().empty() || rule.name().empty() ? "" : ".";
  return absl::StrCat(rule.name(), dot, match.name());
}

struct Appended {
  bool any = false;
  bool last = false;  // nothing after it can be reached
};

Appended AppendForEveryRequest(RouteContext& context, const HttpRoute& rule,
                               const policy::Object& virtual_service, RouteList& routes) {
  const auto effect = EffectOf(context, rule, virtual_service);
  if (effect.has_value()) routes.Add(*effect, MatchBytes::OfAll(), rule.name());
  return {effect.has_value(), true};
}

Appended AppendRule(RouteContext& context, const HttpRoute& rule,
                    const policy::Object& virtual_service, RouteList& routes) {
  if (rule.match().empty()) {
    return AppendForEveryRequest(context, rule, virtual_service, routes);
  }
  std::optional<RouteEffect> effect;
  MatchBytes bytes;
  for (const HttpMatchRequest& match : rule.match()) {
    if (!SourceMatches(context, match, virtual_service.key.ns)) continue;
    if (!effect.has_value()) effect = EffectOf(context, rule, virtual_service);
    if (!effect.has_value()) return {};
    bytes.Set(match);
    routes.Add(*effect, bytes, RouteName(rule, match), match.stat_prefix());
    if (bytes.takes_all) return {true, true};
  }
  return {effect.has_value(), false};
}

}  // namespace

bool AppendVirtualServiceRoutes(RouteContext& context, const policy::Object& virtual_service,
                                RouteList& routes) {
  const HttpRules rules = FindHttpRules(context.view, virtual_service, context.origins);
  bool any = false;
  for (const HttpRoute* rule : rules.rules) {
    const Appended appended = AppendRule(context, *rule, virtual_service, routes);
    any |= appended.any;
    if (appended.last) break;
  }
  if (any) context.origins.push_back(virtual_service.origin);
  return any;
}

void AppendServiceRoute(RouteContext& context, const mesh::Service& service, RouteList& routes) {
  if (context.to_service == nullptr ||
      FindHashingRule(context.view, context.proxy, service.host, &service) != nullptr) {
    routes.Add(EffectOf(context, service), MatchBytes::OfAll(), kServiceRoute);
    return;
  }
  const MatchBytes all = MatchBytes::OfAll();
  const std::string cluster = OutboundClusterName(context.port, "", service.host);
  const std::string operation = absl::StrCat(service.host, ":", context.port, all.path, all.suffix);
  routes.AddFilled(*context.to_service, {cluster, operation});
}

MessageForm ServiceRouteForm(const MessageForm& send_on) {
  MatchBytes all = MatchBytes::OfAll();
  all.path = all.suffix = "";  // part of the operation that is filled in
  RouteList routes;
  routes.Add({send_on.Fill({MessageForm::Blank(0)}), "", MessageForm::Blank(1)}, all,
             kServiceRoute);
  return MessageForm(routes.all());
}

}  // namespace binnacle::translator
