#include "translator/route_effect.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "translator/cluster_name.h"
#include "translator/cors_policy.h"
#include "translator/direct_response.h"
#include "translator/fault.h"
#include "translator/hash_policy.h"
#include "translator/header_mutation.h"
#include "translator/message_space.h"
#include "translator/operation_name.h"
#include "translator/redirect.h"
#include "translator/route_action.h"
#include "translator/route_target.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using policy::v1::HttpRoute;

// False if the rule leads nowhere that Envoy knows.
bool SetAction(RouteContext& context, const HttpRoute& rule, absl::string_view ns, Route& route) {
  if (rule.has_redirect()) return SetRedirect(rule.redirect(), context.port, context.tls, route);
  if (rule.has_direct_response()) {
    SetDirectResponse(rule.direct_response(), route);
    return true;
  }
  return SetRouteAction(context, rule, ns, route);
}

// Where in a serialised message the fields from `number` on begin.
size_t BeginOf(int number, absl::string_view bytes) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  int at = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) >= number) return static_cast<size_t>(at);
    WireFormatLite::SkipField(&in, tag);
    at = in.CurrentPosition();
  }
  return bytes.size();
}

RouteEffect Serialized(const Route& route, std::string operation) {
  std::string before = Serialize(route);
  const size_t end = BeginOf(Route::kDecoratorFieldNumber, before);
  std::string after = before.substr(end);
  before.resize(end);
  return {std::move(before), std::move(after), std::move(operation)};
}

// Whether all that becomes of requests is that they go to one destination.
bool OnlySendsOn(const HttpRoute& rule) {
  return rule.route_size() == 1 && !rule.route(0).has_headers() && !rule.has_redirect() &&
         !rule.has_direct_response() && !rule.has_rewrite() && !rule.has_timeout() &&
         !rule.has_retries() && !rule.has_fault() && !rule.has_mirror() && rule.mirrors().empty() &&
         !rule.has_cors_policy() && !rule.has_headers();
}

// nullopt if there is more to it than a cluster's name.
std::optional<RouteEffect> FillIn(RouteContext& context, const HttpRoute& rule,
                                  const policy::Object& virtual_service) {
  if (context.send_on == nullptr || !OnlySendsOn(rule)) return std::nullopt;
  const RouteTarget target =
      FindRouteTarget(context, rule.route(0).destination(), virtual_service.key.ns);
  if (FindHashingRule(context.view, context.proxy, target.host, target.service) != nullptr) {
    return std::nullopt;
  }
  const std::string cluster = target.ClusterName();
  return RouteEffect{context.send_on->Fill({cluster}), "",
                     OperationOf(cluster, virtual_service.key.name, context.port)};
}

}  // namespace

bool SetEffect(RouteContext& context, const HttpRoute& rule, absl::string_view ns, Route& route) {
  if (rule.has_headers()) AppendHeaderMutations(rule.headers(), route);
  if (!SetAction(context, rule, ns, route)) return false;
  if (rule.has_fault()) SetFault(rule.fault(), route);
  if (rule.has_cors_policy()) SetCorsPolicy(rule.cors_policy(), context.proxy, route);
  return true;
}

std::optional<RouteEffect> EffectOf(RouteContext& context, const HttpRoute& rule,
                                    const policy::Object& virtual_service) {
  if (auto filled = FillIn(context, rule, virtual_service)) return filled;
  MessageSpace space;
  auto& route = space.New<Route>();
  if (!SetEffect(context, rule, virtual_service.key.ns, route)) return std::nullopt;
  return Serialized(route,
                    OperationOf(route.route().cluster(), virtual_service.key.name, context.port));
}

RouteEffect EffectOf(RouteContext& context, const mesh::Service& service) {
  std::string cluster = OutboundClusterName(context.port, "", service.host);
  std::string operation = absl::StrCat(service.host, ":", context.port);
  MessageSpace space;
  auto& route = space.New<Route>();
  auto& action = *route.mutable_route();
  const bool hashed = AppendHashPolicy(context, service.host, &service, context.port, "", action);
  SetServiceRouteAction(std::move(cluster), context.view.settings().config, hashed, action);
  return Serialized(route, std::move(operation));
}

std::shared_ptr<const MessageForm> SendOnForm(mesh::View& view) {
  Route route;
  SetServiceRouteAction(MessageForm::Blank(0), view.settings().config, /*hashed=*/false,
                        *route.mutable_route());
  return std::make_shared<const MessageForm>(route);
}

}  // namespace binnacle::translator
