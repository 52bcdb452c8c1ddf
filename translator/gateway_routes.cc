#include "translator/gateway_routes.h"

#include <memory>
#include <utility>

#include "envoy/config/route/v3/route.pb.h"
#include "mesh/lookup.h"
#include "policy/object.h"
#include "translator/bound_hosts.h"
#include "translator/field_bytes.h"
#include "translator/gateway_host.h"
#include "translator/route_context.h"
#include "translator/route_list.h"
#include "translator/serialize.h"
#include "translator/virtual_host.h"
#include "translator/virtual_service_routes.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

// What the server is open for, and what came to it.
void BindServer(mesh::View& view, absl::string_view client_ns, const GatewayServer& server,
                BoundHosts& hosts) {
  const std::string& gateway = server.gateway->name;
  const bool redirect = server.listed->redirects_to_https;
  for (const auto* listed : mesh::GatewayVirtualServices(view, client_ns, gateway)) {
    const policy::Object& object = *listed->object;
    const MetHosts met = MeetHosts(server.hosts, listed->hosts, object.key.ns);
    hosts.Bind(met, object, gateway);
    if (redirect) hosts.RequireTls(met);
  }
  if (!redirect) return;
  // A host that nobody routes is sent to HTTPS all the same.
  for (absl::string_view written : server.hosts) {
    hosts.RequireTls({ParseGatewayHost(written).host});
  }
}

// All that decides on the routes of a virtual host, but its bindings.
struct Around {
  mesh::View& view;
  const ProxyClass& proxy;
  uint32_t port = 0;
  bool tls = false;
  const MessageForm* send_on = nullptr;
};

RouteList RoutesOf(const Around& around, const HostContent& content, Origins& origins) {
  RouteList routes;
  for (const Binding& binding : content.bindings) {
    RouteContext context{.view = around.view,
                         .proxy = around.proxy,
                         .port = around.port,
                         .gateways = binding.gateways,
                         .tls = around.tls,
                         .origins = origins,
                         .send_on = around.send_on};
    AppendVirtualServiceRoutes(context, *binding.virtual_service, routes);
  }
  return routes;
}

// Of a virtual host's header, and of Options(): so that the last one need not
// move for them.
constexpr size_t kRoomForOptions = 64;

// Nothing if it has no routes and redirects nobody.
void AppendVirtualHost(const Around& around, const HostGroup& group,
                       Translated<std::string>& result) {
  Origins origins;
  const RouteList routes = RoutesOf(around, group.content, origins);
  const bool require_tls = group.content.require_tls;
  if (routes.empty() && !require_tls) return;
  std::string name = VirtualHostName(group.hosts.front(), around.port);
  const VirtualHostFields fields{name, group.hosts, routes, require_tls};
  result.message.reserve(result.message.size() + fields.Size() + kRoomForOptions);
  AppendHeader(RouteConfiguration::kVirtualHostsFieldNumber, fields.Size(), result.message);
  fields.AppendTo(result.message);
  result.parts.push_back(
      std::make_shared<const PartOrigins>(PartOrigins{std::move(name), std::move(origins)}));
}

// No routes: every request is answered 404.
void AppendBlackHole(uint32_t port, std::string& configuration) {
  VirtualHost virtual_host;
  virtual_host.set_name(VirtualHostName("blackhole", port));
  virtual_host.add_domains("*");
  AppendField(RouteConfiguration::kVirtualHostsFieldNumber, Serialize(virtual_host), configuration);
}

// All fields of a route configuration that stand behind its virtual hosts.
const std::string& Options() {
  static const std::string* const kOptions = [] {
    RouteConfiguration configuration;
    SetRouteConfigurationOptions("", configuration);
    return new std::string(Serialize(configuration));
  }();
  return *kOptions;
}

}  // namespace

std::optional<Translated<std::string>> BuildGatewayRoutes(mesh::View& view, const ProxyClass& proxy,
                                                          absl::string_view route_name,
                                                          const GatewayServers& servers,
                                                          const MessageForm* send_on) {
  const GatewayServers::List* found = servers.Find(route_name);
  if (found == nullptr) return std::nullopt;
  Translated<std::string> result;
  AppendText(RouteConfiguration::kNameFieldNumber, route_name, result.message);
  BoundHosts hosts;
  result.origins.reserve(found->size());
  for (const GatewayServer* server : *found) {
    BindServer(view, proxy.ns, *server, hosts);
    result.origins.push_back(server->gateway->object->origin);
  }
  const mesh::ListedServer& first = *found->front()->listed;
  const Around around{view, proxy, first.port, first.terminates_tls, send_on};
  const auto groups = hosts.Grouped();
  result.parts.reserve(groups.size());
  for (const HostGroup* group : groups) AppendVirtualHost(around, *group, result);
  if (result.parts.empty()) AppendBlackHole(around.port, result.message);
  result.message.append(Options());
  return result;
}

}  // namespace binnacle::translator
