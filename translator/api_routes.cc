#include "mesh/gateway_name.h"
#include "mesh/lookup.h"
#include "translator/api_listener.h"
#include "translator/cluster_name.h"
#include "translator/grpc_route.h"
#include "translator/route_context.h"
#include "translator/route_list.h"
#include "translator/virtual_host.h"
#include "translator/virtual_service_routes.h"

namespace binnacle::translator {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

std::optional<Translated<RouteConfiguration>> BuildApiRoutes(mesh::View& view,
                                                             const ProxyClass& proxy,
                                                             absl::string_view name) {
  const auto target = ParseOutboundClusterName(name);
  if (!target.has_value()) return std::nullopt;
  const mesh::Service* service = mesh::FindService(view, target->host, proxy.ns);
  if (service == nullptr || service->FindPort(target->port) == nullptr) return std::nullopt;

  Translated<RouteConfiguration> result;
  result.message.set_name(std::string(name));
  result.origins.push_back(service->origin);
  VirtualHost& virtual_host = *result.message.add_virtual_hosts();
  virtual_host.set_name(VirtualHostName(service->host, target->port));
  // A client that asked for this listener calls it by whatever name it used.
  virtual_host.add_domains("*");
  const absl::string_view gateways[] = {mesh::kMeshGateway};
  RouteContext context{.view = view,
                       .proxy = proxy,
                       .port = target->port,
                       .gateways = gateways,
                       .origins = result.origins};
  const policy::Object* virtual_service =
      mesh::FindMeshVirtualService(view, proxy.ns, service->host);
  RouteList routes;
  if (virtual_service == nullptr ||
      !AppendVirtualServiceRoutes(context, *virtual_service, routes)) {
    AppendServiceRoute(context, *service, routes);
  }
  for (absl::string_view bytes : {routes.some(), routes.all()}) {
    if (!virtual_host.MergeFromString(std::string(bytes))) return std::nullopt;
  }
  AdaptToGrpc(OutboundClusterName(target->port, "", service->host), *virtual_host.mutable_routes());
  return result;
}

}  // namespace binnacle::translator
