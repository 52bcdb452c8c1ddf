#include "translator/tcp_proxy.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.pb.h"
#include "mesh/lookup.h"
#include "translator/access_log.h"
#include "translator/message_space.h"
#include "translator/route_context.h"
#include "translator/route_target.h"
#include "translator/traffic_policy.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::extensions::filters::network::tcp_proxy::v3::TcpProxy;
using policy::v1::RouteDestination;
using policy::v1::TrafficPolicy;
using Route = google::protobuf::RepeatedPtrField<RouteDestination>;

namespace {

constexpr int kFilterConfig = 4;  // its field

std::string Wrap(const policy::v1::MeshConfig& config, TcpProxy& tcp) {
  *tcp.mutable_access_log() = BuildAccessLogs(config);
  return NamedConfig("envoy.filters.network.tcp_proxy", kFilterConfig, tcp);
}

std::string Authority(const TrafficPolicy::TunnelSettings& tunnel) {
  const std::string& host = tunnel.target_host();
  if (absl::StrContains(host, ':')) return absl::StrCat("[", host, "]:", tunnel.target_port());
  return absl::StrCat(host, ":", tunnel.target_port());
}

void Apply(const TrafficPolicy& policy, TcpProxy& tcp) {
  const auto& pool = policy.connection_pool().tcp();
  if (pool.has_idle_timeout()) *tcp.mutable_idle_timeout() = pool.idle_timeout();
  if (pool.has_max_connection_duration()) {
    *tcp.mutable_max_downstream_connection_duration() = pool.max_connection_duration();
  }
  if (policy.load_balancer().consistent_hash().use_source_ip()) {
    tcp.add_hash_policy()->mutable_source_ip();
  }
  if (policy.has_tunnel()) {
    tcp.mutable_tunneling_config()->set_hostname(Authority(policy.tunnel()));
    tcp.mutable_tunneling_config()->set_use_post(policy.tunnel().protocol() == "POST");
  }
}

// The policy of the rule in force at the target, and whose it is.
void ApplyRule(mesh::View& view, const ProxyClass& proxy, const RouteTarget& target, TcpProxy& tcp,
               Origins& origins) {
  const absl::string_view service_ns =
      target.service == nullptr ? absl::string_view() : target.service->ns;
  const mesh::Rule* rule =
      mesh::FindDestinationRule(view, proxy.ns, proxy.labels, target.host, service_ns);
  if (rule == nullptr) return;
  Apply(EffectiveTrafficPolicy(rule->spec.get(), target.port, target.subset), tcp);
  origins.insert(origins.end(), rule->origins.begin(), rule->origins.end());
}

// Envoy knows no weight of 0, and a destination that is alone gets everything.
std::vector<const RouteDestination*> Chosen(const Route& route) {
  std::vector<const RouteDestination*> chosen;
  for (const RouteDestination& destination : route) {
    if (route.size() == 1 || destination.weight() > 0) chosen.push_back(&destination);
  }
  return chosen;
}

}  // namespace

std::string TcpProxyTo(const policy::v1::MeshConfig& config, absl::string_view cluster) {
  MessageSpace space;
  auto& tcp = space.New<TcpProxy>();
  tcp.set_stat_prefix(std::string(cluster));
  tcp.set_cluster(std::string(cluster));
  return Wrap(config, tcp);
}

Translated<std::string> TcpProxyToService(mesh::View& view, const ProxyClass& proxy,
                                          const mesh::Service& service,
                                          const mesh::ServicePort& port) {
  const RouteTarget target{service.host, "", port.number, &service};
  Translated<std::string> result;
  MessageSpace space;
  auto& tcp = space.New<TcpProxy>();
  tcp.set_stat_prefix(target.ClusterName());
  tcp.set_cluster(target.ClusterName());
  ApplyRule(view, proxy, target, tcp, result.origins);
  result.message = Wrap(view.settings().config, tcp);
  return result;
}

std::optional<Translated<std::string>> TcpProxyToRoute(mesh::View& view, const ProxyClass& proxy,
                                                       const policy::Object& virtual_service,
                                                       const Route& route, uint32_t port) {
  const auto chosen = Chosen(route);
  if (chosen.empty()) return std::nullopt;
  Translated<std::string> result;
  result.origins.push_back(virtual_service.origin);
  RouteContext context{view, proxy, port, {}, false, result.origins};
  MessageSpace space;
  auto& tcp = space.New<TcpProxy>();
  std::vector<RouteTarget> targets;
  for (const RouteDestination* destination : chosen) {
    targets.push_back(FindRouteTarget(context, destination->destination(), virtual_service.key.ns));
  }
  if (targets.size() == 1) {
    tcp.set_stat_prefix(targets[0].ClusterName());
    tcp.set_cluster(targets[0].ClusterName());
  } else {
    tcp.set_stat_prefix(absl::StrCat(virtual_service.key.name, ".", virtual_service.key.ns));
    for (size_t i = 0; i < targets.size(); ++i) {
      auto& weighted = *tcp.mutable_weighted_clusters()->add_clusters();
      weighted.set_name(targets[i].ClusterName());
      weighted.set_weight(static_cast<uint32_t>(chosen[i]->weight()));
    }
  }
  // These settings are the filter's, not each cluster's: the first decides.
  ApplyRule(view, proxy, targets[0], tcp, result.origins);
  result.message = Wrap(view.settings().config, tcp);
  return result;
}

}  // namespace binnacle::translator
