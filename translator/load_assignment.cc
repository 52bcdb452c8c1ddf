#include "translator/load_assignment.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "translator/auto_mutual_tls.h"
#include "translator/locality_load_balancing.h"
#include "translator/socket_address.h"

namespace binnacle::translator {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LbEndpoint;
using envoy::config::endpoint::v3::LocalityLbEndpoints;

constexpr char kSocketMatch[] = "envoy.transport_socket_match";

struct Chosen {
  uint32_t priority;
  const mesh::Endpoint* endpoint;
  uint32_t port;
};

bool IsAddress(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool IsUsable(const mesh::Endpoint& endpoint, bool names) {
  if (absl::StartsWith(endpoint.address, "unix://")) return !names;
  return names ? !endpoint.address.empty() : IsAddress(endpoint.address);
}

bool IsReachable(const mesh::Endpoint& endpoint, const ProxyClass& proxy,
                 const Destination& destination, bool names) {
  if (endpoint.health != mesh::Health::kHealthy) return false;
  if (destination.port_index >= endpoint.ports.size()) return false;
  if (endpoint.ports[destination.port_index] == 0) return false;
  if (destination.service->node_local && endpoint.workload->node != proxy.node_name) return false;
  return BelongsTo(endpoint.workload->labels, destination) && IsUsable(endpoint, names);
}

// By priority, then locality, then as the mesh lists them. The same address
// and port may stand in a mesh twice (two pods' worth of objects for one); a
// proxy may refuse that.
std::vector<Chosen> Choose(const std::vector<mesh::Endpoint>& endpoints, const ProxyClass& proxy,
                           const Destination& destination, const LocalityPreference& preference,
                           bool names) {
  std::vector<Chosen> chosen;
  absl::flat_hash_set<std::pair<absl::string_view, uint32_t>> seen;
  for (const mesh::Endpoint& endpoint : endpoints) {
    if (!IsReachable(endpoint, proxy, destination, names)) continue;
    const uint32_t port = endpoint.ports[destination.port_index];
    if (!seen.emplace(endpoint.address, port).second) continue;
    chosen.push_back({FailoverPriority(preference, proxy, *endpoint.workload), &endpoint, port});
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Chosen& a, const Chosen& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.endpoint->workload->locality < b.endpoint->workload->locality;
  });
  return chosen;
}

void SetEndpoint(const Chosen& chosen, uint32_t heaviest, LbEndpoint& out) {
  *out.mutable_endpoint()->mutable_address() = BindAddress(chosen.endpoint->address, chosen.port);
  out.mutable_load_balancing_weight()->set_value(
      std::clamp<uint32_t>(chosen.endpoint->weight, 1, heaviest));
}

void MarkMutualTls(LbEndpoint& out) {
  auto& match = (*out.mutable_metadata()->mutable_filter_metadata())[kSocketMatch];
  (*match.mutable_fields())["tlsMode"].set_string_value("istio");
}

bool SameGroup(const Chosen& a, const Chosen& b) {
  return a.priority == b.priority &&
         a.endpoint->workload->locality == b.endpoint->workload->locality;
}

LocalityLbEndpoints& AddGroup(const mesh::Locality& locality, uint32_t priority,
                              ClusterLoadAssignment& assignment) {
  LocalityLbEndpoints& group = *assignment.add_endpoints();
  group.set_priority(priority);
  group.mutable_locality()->set_region(locality.region);
  group.mutable_locality()->set_zone(locality.zone);
  group.mutable_locality()->set_sub_zone(locality.subzone);
  return group;
}

// Priorities must count from 0 without a gap, so the chosen ones are numbered
// anew.
void Group(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
           const std::vector<Chosen>& chosen, Translated<ClusterLoadAssignment>& out) {
  // No sum of weights may exceed 32 bits.
  const uint32_t heaviest = std::numeric_limits<uint32_t>::max() /
                            static_cast<uint32_t>(std::max<size_t>(chosen.size(), 1));
  LocalityLbEndpoints* group = nullptr;
  uint32_t priority = 0;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (i > 0 && chosen[i].priority != chosen[i - 1].priority) ++priority;
    if (i == 0 || !SameGroup(chosen[i], chosen[i - 1])) {
      group = &AddGroup(chosen[i].endpoint->workload->locality, priority, out.message);
    }
    LbEndpoint& endpoint = *group->add_lb_endpoints();
    SetEndpoint(chosen[i], heaviest, endpoint);
    auto& sum = *group->mutable_load_balancing_weight();
    sum.set_value(sum.value() + endpoint.load_balancing_weight().value());
    if (proxy.agent && proxy.type != ProxyType::kGrpc &&
        TakesMutualTls(view, destination, *chosen[i].endpoint, chosen[i].port, out.origins)) {
      MarkMutualTls(endpoint);
    }
  }
}

}  // namespace

Translated<ClusterLoadAssignment> BuildLoadAssignment(mesh::View& view, const ProxyClass& proxy,
                                                      const Destination& destination,
                                                      absl::string_view cluster_name, bool names) {
  Translated<ClusterLoadAssignment> out;
  out.origins = OriginsOf(destination);
  out.message.set_cluster_name(std::string(cluster_name));
  const auto* endpoints = view.Find<mesh::FactKind::kEndpoints>(destination.service->FactName());
  if (endpoints == nullptr) return out;
  const LocalityPreference preference = PreferenceOf(destination, view.settings().config);
  Group(view, proxy, destination, Choose(*endpoints, proxy, destination, preference, names), out);
  Distribute(preference, proxy, out.message);
  return out;
}

}  // namespace binnacle::translator
