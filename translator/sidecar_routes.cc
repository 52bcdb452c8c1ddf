#include "translator/sidecar_routes.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "mesh/gateway_name.h"
#include "mesh/lookup.h"
#include "translator/config_source.h"
#include "translator/route_context.h"
#include "translator/route_effect.h"
#include "translator/route_list.h"
#include "translator/virtual_host.h"
#include "translator/virtual_service_routes.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;

// "80", or "reviews.default.svc.cluster.local:80".
struct RouteName {
  absl::string_view host;  // empty: every host on the port
  uint32_t port = 0;
};

std::optional<RouteName> ParseRouteName(absl::string_view text) {
  RouteName name;
  const size_t colon = text.rfind(':');
  if (colon != absl::string_view::npos) {
    name.host = text.substr(0, colon);
    if (name.host.empty()) return std::nullopt;
    text.remove_prefix(colon + 1);
  }
  if (!absl::SimpleAtoi(text, &name.port) || name.port == 0 || name.port > 65535) {
    return std::nullopt;
  }
  return name;
}

// What a host is to one port.
struct HostOnPort {
  const mesh::Service* service = nullptr;  // nullptr: no service of that host has the port
  bool http = false;                       // declared, or found by looking
};

HostOnPort FindHost(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                    uint32_t number) {
  const mesh::Service* service = mesh::FindService(view, host, proxy.ns);
  const mesh::ServicePort* port = service == nullptr ? nullptr : service->FindPort(number);
  if (port == nullptr) return {};
  return {service, mesh::IsHttp(port->protocol) || mesh::IsSniffed(port->protocol)};
}

// A virtual host that there is: its host on that port, and who speaks for it.
struct Place {
  RouteName route;
  absl::string_view host;
  const mesh::Service* service = nullptr;  // as in HostOnPort
  const policy::Object* virtual_service = nullptr;
};

std::optional<Place> FindPlace(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                               absl::string_view route_name) {
  const auto route = ParseRouteName(route_name);
  if (!route.has_value()) return std::nullopt;
  const auto [service, http] = FindHost(view, proxy, host, route->port);
  if (!http && (service != nullptr || !route->host.empty())) return std::nullopt;
  return Place{*route, host, service, mesh::FindMeshVirtualService(view, proxy.ns, host)};
}

bool AppendRoutes(RouteContext& context, const Place& place, RouteList& routes) {
  if (place.virtual_service != nullptr &&
      AppendVirtualServiceRoutes(context, *place.virtual_service, routes)) {
    return true;
  }
  if (place.service == nullptr) return false;
  AppendServiceRoute(context, *place.service, routes);
  return true;
}

std::string DomainsOf(mesh::View& view, const ProxyClass& proxy, const Place& place) {
  if (place.route.host.empty() && place.service != nullptr) {
    return ServiceDomains(*place.service, proxy.ns, view.settings().domain);
  }
  const bool any = !place.route.host.empty();  // whatever comes to that address
  std::string domains;
  AppendDomain({any ? "*" : place.host}, domains);
  return domains;
}

}  // namespace

std::optional<std::vector<std::string>> SidecarVirtualHostNames(mesh::View& view,
                                                                const ProxyClass& proxy,
                                                                absl::string_view route_name) {
  const auto name = ParseRouteName(route_name);
  if (!name.has_value()) return std::nullopt;
  if (!name->host.empty()) {
    if (!FindHost(view, proxy, name->host, name->port).http) return std::nullopt;
    return std::vector<std::string>{std::string(name->host)};
  }
  const auto services = mesh::VisibleHostsOnPort(view, proxy.ns, name->port);
  if (services.empty()) return std::nullopt;
  // VirtualServices speak for hosts that no service on this port has, too.
  const std::vector<std::string> others = mesh::MeshVirtualServiceHosts(view, proxy.ns);
  std::vector<std::string> hosts(services.begin(), services.end());
  hosts.insert(hosts.end(), others.begin(), others.end());
  std::inplace_merge(hosts.begin(), hosts.begin() + static_cast<ptrdiff_t>(services.size()),
                     hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  return hosts;
}

std::shared_ptr<const RouteForms> MakeRouteForms(mesh::View& view) {
  const auto send_on = SendOnForm(view);
  return std::make_shared<const RouteForms>(RouteForms{*send_on, ServiceRouteForm(*send_on)});
}

std::optional<VirtualHostPart> BuildSidecarVirtualHost(mesh::View& view, const ProxyClass& proxy,
                                                       absl::string_view host,
                                                       absl::string_view route_name,
                                                       const RouteForms* forms) {
  const auto place = FindPlace(view, proxy, host, route_name);
  if (!place.has_value()) return std::nullopt;
  const absl::string_view gateways[] = {mesh::kMeshGateway};
  Origins origins;
  RouteContext context{.view = view,
                       .proxy = proxy,
                       .port = place->route.port,
                       .gateways = gateways,
                       .origins = origins,
                       .foreign_host = place->service == nullptr,
                       .send_on = forms == nullptr ? nullptr : &forms->send_on,
                       .to_service = forms == nullptr ? nullptr : &forms->to_service};
  RouteList routes;
  if (!AppendRoutes(context, *place, routes)) return std::nullopt;
  if (place->service != nullptr) origins.push_back(place->service->origin);
  return VirtualHostPart::Make(VirtualHostName(place->host, place->route.port),
                               DomainsOf(view, proxy, *place), routes, std::move(origins));
}

Translated<RouteConfiguration> BuildSidecarRouteShell(mesh::View& view, const ProxyClass&,
                                                      absl::string_view route_name) {
  Translated<RouteConfiguration> result;
  SetRouteConfigurationOptions(route_name, result.message);
  const auto name = ParseRouteName(route_name);
  if (name.has_value() && name->host.empty()) {
    SetCatchAll(view.settings().config, *result.message.add_virtual_hosts());
  }
  return result;
}

bool HasSidecarVirtualHost(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                           uint32_t port) {
  return mesh::IsVisibleHostOnPort(view, proxy.ns, host, port) ||
         mesh::NamesMeshVirtualServiceHost(view, proxy.ns, host);
}

std::optional<uint32_t> PortOfRoutes(absl::string_view route_name) {
  const auto name = ParseRouteName(route_name);
  if (!name.has_value() || !name->host.empty()) return std::nullopt;
  return name->port;
}

std::optional<Translated<RouteConfiguration>> BuildOnDemandRoutes(mesh::View& view,
                                                                  const ProxyClass& proxy,
                                                                  absl::string_view route_name) {
  const auto port = PortOfRoutes(route_name);
  if (!port.has_value() || !mesh::AnyVisibleHostOnPort(view, proxy.ns, *port)) return std::nullopt;
  Translated<RouteConfiguration> result;
  SetRouteConfigurationOptions(route_name, result.message);
  // Envoy asks for the host with its port, and one that were answered without
  // it could be there already.
  result.message.clear_ignore_port_in_host_matching();
  SetAdsOnDemand(*result.message.mutable_vhds()->mutable_config_source());
  return result;
}

}  // namespace binnacle::translator
