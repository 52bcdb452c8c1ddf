#include "translator/virtual_service_tcp.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "mesh/gateway_name.h"
#include "translator/cidr_range.h"

namespace binnacle::translator {

using policy::v1::L4MatchAttributes;
using policy::v1::TcpRoute;
using policy::v1::TlsMatchAttributes;
using policy::v1::TlsRoute;
using policy::v1::VirtualService;
using Names = google::protobuf::RepeatedPtrField<std::string>;

namespace {

// The match's own list replaces the VirtualService's.
bool GatewaysHold(const Names& own, const policy::Object& virtual_service,
                  absl::string_view gateway) {
  const auto& general = virtual_service.As<VirtualService>().gateways();
  const auto names = mesh::ResolveGatewayNames(own.empty() ? general : own, virtual_service.key.ns);
  return absl::c_linear_search(names, gateway);
}

template <typename Match>
bool Holds(const Match& match, const policy::Object& virtual_service,
           const ConnectionContext& context) {
  if (match.port() != 0 && match.port() != context.port) return false;
  if (!match.source_namespace().empty() && match.source_namespace() != context.proxy.ns) {
    return false;
  }
  for (const auto& [key, value] : match.source_labels()) {
    auto it = context.proxy.labels.find(key);
    if (it == context.proxy.labels.end() || it->second != value) return false;
  }
  return GatewaysHold(match.gateways(), virtual_service, context.gateway);
}

template <typename Match>
void AddSubnets(const Match& match, ConnectionRoute& route) {
  for (const std::string& subnet : match.destination_subnets()) {
    if (auto range = ParseCidrRange(subnet)) route.subnets.push_back(*std::move(range));
  }
}

// False if the match holds here and asks for no address.
bool AddTcpMatch(const L4MatchAttributes& match, ConnectionRoute& route) {
  if (match.destination_subnets().empty()) return false;
  AddSubnets(match, route);
  return true;
}

}  // namespace

ConnectionMatch ConnectionRoute::Match() const {
  ConnectionMatch match;
  match.server_names.assign(server_names.begin(), server_names.end());
  if (tls && server_names.empty()) match.transport_protocol = kTlsTransport;
  match.prefix_ranges = subnets;
  return match;
}

std::vector<ConnectionRoute> MatchTlsRoutes(const policy::Object& virtual_service,
                                            const ConnectionContext& context) {
  std::vector<ConnectionRoute> routes;
  for (const TlsRoute& tls : virtual_service.As<VirtualService>().tls()) {
    for (const TlsMatchAttributes& match : tls.match()) {
      if (!Holds(match, virtual_service, context)) continue;
      ConnectionRoute route;
      route.tls = true;
      for (const std::string& host : match.sni_hosts()) {
        route.server_names.push_back(absl::AsciiStrToLower(host));
      }
      if (absl::c_linear_search(route.server_names, "*")) route.server_names.clear();
      AddSubnets(match, route);
      route.destinations = &tls.route();
      routes.push_back(std::move(route));
    }
  }
  return routes;
}

std::vector<ConnectionRoute> MatchTcpRoutes(const policy::Object& virtual_service,
                                            const ConnectionContext& context) {
  std::vector<ConnectionRoute> routes;
  for (const TcpRoute& tcp : virtual_service.As<VirtualService>().tcp()) {
    ConnectionRoute route;
    route.destinations = &tcp.route();
    // A route without a match is for the gateways of the VirtualService.
    bool takes_all = tcp.match().empty() && GatewaysHold({}, virtual_service, context.gateway);
    for (const L4MatchAttributes& match : tcp.match()) {
      if (!takes_all && Holds(match, virtual_service, context)) {
        takes_all = !AddTcpMatch(match, route);
      }
    }
    if (takes_all) {
      route.subnets.clear();
      routes.push_back(std::move(route));
      break;
    }
    if (!route.subnets.empty()) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace binnacle::translator
