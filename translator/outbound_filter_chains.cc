#include "translator/outbound_filter_chains.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mesh/gateway_name.h"
#include "mesh/lookup.h"
#include "translator/cluster_name.h"
#include "translator/filter_chain.h"
#include "translator/http_connection_manager.h"
#include "translator/tcp_proxy.h"
#include "translator/virtual_service_tcp.h"

namespace binnacle::translator {

using envoy::config::core::v3::CidrRange;
using policy::v1::MeshConfig;

namespace {

// Collects the chains of one listener.
class Builder {
 public:
  Builder(mesh::View& view, const ProxyClass& proxy, const OutboundAddress& address,
          Origins& origins)
      : view_(view), proxy_(proxy), address_(address), origins_(origins) {}

  void AddHttp(const Tenancy& tenancy);
  void AddTls(const Tenant& tenant, bool by_name);
  void AddTcp(const Tenant& tenant);
  // Call last.
  OutboundFilterChains Finish() &&;

 private:
  std::vector<ConnectionRoute> Routes(const Tenant& tenant, bool tls);
  void AddRoute(const Tenant& tenant, const ConnectionRoute& route);
  void AddService(const Tenant& tenant, bool by_name);
  void Add(const Tenant& tenant, const ConnectionRoute& route, Translated<std::string> filter);

  mesh::View& view_;
  const ProxyClass& proxy_;
  const OutboundAddress& address_;
  Origins& origins_;
  const policy::Object* virtual_service_ = nullptr;  // of the tenant at hand
  OutboundFilterChains result_;
  std::string rest_;  // the filter for what no chain takes
};

HttpConnectionManagerOptions HttpOptions(const ProxyClass& proxy, const OutboundAddress& address,
                                         const Tenancy& tenancy) {
  HttpConnectionManagerOptions options;
  options.stat_prefix = absl::StrCat("outbound_", address.ListenerName());
  options.route_name = absl::StrCat(address.port);
  options.on_demand_hosts = proxy.on_demand_hosts && address.wildcard;
  if (!address.wildcard) {
    options.route_name = absl::StrCat(tenancy.sniffed[0].service->host, ":", address.port);
  }
  options.grpc_web = tenancy.grpc_web;
  return options;
}

void Builder::AddHttp(const Tenancy& tenancy) {
  if (!tenancy.http && tenancy.sniffed.empty()) return;
  const std::string http =
      BuildOutboundHttp(view_.settings().config, proxy_, HttpOptions(proxy_, address_, tenancy));
  ConnectionMatch match;
  match.transport_protocol = kRawTransport;
  match.SetAlpn(PlainHttpAlpn(proxy_));
  result_.chains.Add(std::move(match), {.name = "", .filter = http});
}

std::vector<ConnectionRoute> Builder::Routes(const Tenant& tenant, bool tls) {
  virtual_service_ = mesh::FindMeshVirtualService(view_, proxy_.ns, tenant.service->host);
  if (virtual_service_ == nullptr) return {};
  const ConnectionContext context{proxy_, std::string(mesh::kMeshGateway), address_.port};
  return tls ? MatchTlsRoutes(*virtual_service_, context)
             : MatchTcpRoutes(*virtual_service_, context);
}

// A chain that asks for nothing goes last: it takes what is left.
void Builder::Add(const Tenant& tenant, const ConnectionRoute& route,
                  Translated<std::string> filter) {
  ConnectionMatch match = route.Match();
  if (route.subnets.empty() && tenant.block != nullptr) {
    match.prefix_ranges.push_back(*tenant.block);
  }
  const bool asks = route.Asks() || tenant.block != nullptr;
  if (!asks && !rest_.empty()) return;  // an older service has it
  origins_.push_back(tenant.service->origin);
  origins_.insert(origins_.end(), filter.origins.begin(), filter.origins.end());
  if (asks) {
    result_.chains.Add(std::move(match), {.name = "", .filter = filter.message});
  } else {
    rest_ = std::move(filter.message);
  }
}

void Builder::AddRoute(const Tenant& tenant, const ConnectionRoute& route) {
  auto filter =
      TcpProxyToRoute(view_, proxy_, *virtual_service_, *route.destinations, address_.port);
  if (filter.has_value()) Add(tenant, route, *std::move(filter));
}

void Builder::AddService(const Tenant& tenant, bool by_name) {
  ConnectionRoute route;
  if (by_name) {
    route.tls = true;
    route.server_names.push_back(tenant.service->host);
  }
  Add(tenant, route, TcpProxyToService(view_, proxy_, *tenant.service, *tenant.port));
}

// Routes that name servers are all there is for the service then.
void Builder::AddTls(const Tenant& tenant, bool by_name) {
  const auto routes = Routes(tenant, true);
  for (const ConnectionRoute& route : routes) AddRoute(tenant, route);
  if (routes.empty()) AddService(tenant, by_name);
}

void Builder::AddTcp(const Tenant& tenant) {
  const auto routes = Routes(tenant, false);
  for (const ConnectionRoute& route : routes) AddRoute(tenant, route);
  if (routes.empty() || !routes.back().subnets.empty()) AddService(tenant, false);
}

OutboundFilterChains Builder::Finish() && {
  if (result_.chains.empty()) {
    // A listener must have a chain besides its default one to be of use to
    // people who read it; both mean the same.
    if (!rest_.empty()) result_.chains.Add({}, {.name = "", .filter = rest_});
  } else if (!rest_.empty()) {
    AppendTo(result_.fallback, {.name = "", .filter = rest_}, "");
  } else if (address_.wildcard) {
    const auto& config = view_.settings().config;
    AppendTo(
        result_.fallback,
        {.name = "PassthroughFilterChain", .filter = TcpProxyTo(config, UnclaimedCluster(config))},
        "");
  }
  return std::move(result_);
}

}  // namespace

std::string OutboundAddress::ListenerName() const { return absl::StrCat(ip, "_", port); }

absl::string_view UnclaimedCluster(const MeshConfig& config) {
  return config.outbound_traffic_policy().mode() == MeshConfig::OutboundTrafficPolicy::ALLOW_ANY
             ? kPassthroughCluster
             : kBlackHoleCluster;
}

OutboundFilterChains BuildOutboundFilterChains(mesh::View& view, const ProxyClass& proxy,
                                               const OutboundAddress& address,
                                               const Tenancy& tenancy, Origins& origins) {
  Builder builder(view, proxy, address, origins);
  builder.AddHttp(tenancy);
  // On an address of its own a TLS service needs no name to be told by.
  const size_t others = tenancy.sniffed.size() + tenancy.tcp.size();
  const bool by_name = address.wildcard || tenancy.tls.size() + others > 1;
  for (const Tenant& tenant : tenancy.tls) builder.AddTls(tenant, by_name);
  for (const Tenant& tenant : tenancy.tcp) builder.AddTcp(tenant);
  for (const Tenant& tenant : tenancy.sniffed) builder.AddTcp(tenant);
  return std::move(builder).Finish();
}

}  // namespace binnacle::translator
