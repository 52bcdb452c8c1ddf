#include "translator/locality_load_balancing.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace binnacle::translator {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LocalityLbEndpoints;
using policy::v1::LocalityLoadBalancerSetting;

constexpr absl::string_view kNetwork = "topology.istio.io/network";
constexpr absl::string_view kRegion = "topology.kubernetes.io/region";
constexpr absl::string_view kZone = "topology.kubernetes.io/zone";
constexpr absl::string_view kSubzone = "topology.istio.io/subzone";
constexpr absl::string_view kHostname = "kubernetes.io/hostname";

// Priorities that regions, zones and subzones alone can give: 0 to 4.
constexpr uint32_t kLocalityPriorities = 5;

bool WantsNearness(const mesh::Service& service) {
  return service.prefer_same_zone || service.prefer_same_node;
}

LocalityPreference ServiceWish(const mesh::Service& service) {
  LocalityPreference preference;
  preference.fails_over = true;
  auto& keys = *preference.setting.mutable_failover_priority();
  for (absl::string_view key : {kNetwork, kRegion, kZone}) keys.Add(std::string(key));
  if (service.prefer_same_node) {
    keys.Add(std::string(kSubzone));
    keys.Add(std::string(kHostname));
  }
  return preference;
}

LocalityPreference FromSetting(const LocalityLoadBalancerSetting& setting, bool has_outlier) {
  LocalityPreference preference;
  if (setting.has_enabled() && !setting.enabled().value()) return preference;
  preference.setting = setting;
  preference.distributes = setting.distribute_size() > 0;
  preference.fails_over = !preference.distributes && has_outlier;
  return preference;
}

// A value of the place where something runs, by the label key that names it.
struct Place {
  const policy::Labels& labels;
  const mesh::Locality& locality;
  absl::string_view network;
  absl::string_view node;

  absl::string_view Value(absl::string_view key) const {
    if (key == kRegion) return locality.region;
    if (key == kZone) return locality.zone;
    if (key == kSubzone) return locality.subzone;
    if (key == kNetwork && !network.empty()) return network;
    if (key == kHostname && !node.empty()) return node;
    auto it = labels.find(key);
    return it == labels.end() ? absl::string_view() : absl::string_view(it->second);
  }
};

// `wanted` is "key" (the endpoint has what the proxy has) or "key=value".
bool Fits(absl::string_view wanted, const Place& proxy, const Place& endpoint) {
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(wanted, absl::MaxSplits('=', 1));
  const bool fixed = wanted.find('=') != absl::string_view::npos;
  return endpoint.Value(pair.first) == (fixed ? pair.second : proxy.Value(pair.first));
}

// As many as there are keys from the first that does not fit to the last.
uint32_t LabelPriority(const LocalityLoadBalancerSetting& setting, const Place& proxy,
                       const Place& endpoint) {
  const int keys = setting.failover_priority_size();
  for (int i = 0; i < keys; ++i) {
    if (!Fits(setting.failover_priority(i), proxy, endpoint)) return keys - i;
  }
  return 0;
}

uint32_t LocalityPriority(const LocalityLoadBalancerSetting& setting, const mesh::Locality& proxy,
                          const mesh::Locality& endpoint) {
  if (proxy.region.empty()) return 0;  // nothing is near to nowhere
  if (endpoint.region == proxy.region) {
    if (endpoint.zone != proxy.zone) return 2;
    return endpoint.subzone == proxy.subzone ? 0 : 1;
  }
  for (const auto& failover : setting.failover()) {
    if (failover.from() == proxy.region) return failover.to() == endpoint.region ? 3 : 4;
  }
  return 3;
}

bool PartMatches(absl::string_view pattern, absl::string_view value) {
  return pattern.empty() || pattern == "*" || pattern == value;
}

// `pattern` is "region/zone/subzone"; parts may be "*" or left off.
bool LocalityMatches(absl::string_view pattern, absl::string_view region, absl::string_view zone,
                     absl::string_view subzone) {
  std::vector<absl::string_view> parts = absl::StrSplit(pattern, absl::MaxSplits('/', 2));
  parts.resize(3);
  return PartMatches(parts[0], region) && PartMatches(parts[1], zone) &&
         PartMatches(parts[2], subzone);
}

bool LocalityMatches(absl::string_view pattern, const LocalityLbEndpoints& group) {
  const auto& locality = group.locality();
  return LocalityMatches(pattern, locality.region(), locality.zone(), locality.sub_zone());
}

// Splits `share` among the groups that the pattern fits and nobody took yet,
// in proportion to the weight they have.
void GiveShare(absl::string_view pattern, uint32_t share, std::vector<bool>& taken,
               ClusterLoadAssignment& assignment) {
  std::vector<int> fitting;
  uint64_t total = 0;
  for (int i = 0; i < assignment.endpoints_size(); ++i) {
    if (taken[i] || !LocalityMatches(pattern, assignment.endpoints(i))) continue;
    taken[i] = true;
    fitting.push_back(i);
    total += assignment.endpoints(i).load_balancing_weight().value();
  }
  for (const int i : fitting) {
    auto& weight = *assignment.mutable_endpoints(i)->mutable_load_balancing_weight();
    const uint64_t product = static_cast<uint64_t>(weight.value()) * share;
    weight.set_value(static_cast<uint32_t>((product + total - 1) / total));
  }
}

void KeepTaken(const std::vector<bool>& taken, ClusterLoadAssignment& assignment) {
  int kept = 0;
  for (int i = 0; i < assignment.endpoints_size(); ++i) {
    if (taken[i]) assignment.mutable_endpoints()->SwapElements(i, kept++);
  }
  assignment.mutable_endpoints()->DeleteSubrange(kept, assignment.endpoints_size() - kept);
}

}  // namespace

LocalityPreference PreferenceOf(const Destination& destination,
                                const policy::v1::MeshConfig& mesh) {
  const auto& policy = destination.policy;
  const bool has_outlier = policy.has_outlier_detection();
  if (policy.load_balancer().has_locality_lb_setting()) {
    return FromSetting(policy.load_balancer().locality_lb_setting(), has_outlier);
  }
  if (WantsNearness(*destination.service)) return ServiceWish(*destination.service);
  return FromSetting(mesh.locality_lb_setting(), has_outlier);
}

void ApplyLocalityPreference(const LocalityPreference& preference,
                             envoy::config::cluster::v3::Cluster& cluster) {
  if (!preference.distributes && !preference.fails_over) return;
  cluster.mutable_common_lb_config()->mutable_locality_weighted_lb_config();
}

uint32_t FailoverPriority(const LocalityPreference& preference, const ProxyClass& proxy,
                          const mesh::Workload& endpoint) {
  if (!preference.fails_over) return 0;
  const LocalityLoadBalancerSetting& setting = preference.setting;
  if (setting.failover_priority_size() == 0) {
    return LocalityPriority(setting, proxy.locality, endpoint.locality);
  }
  const Place here{proxy.labels, proxy.locality, proxy.network, proxy.node_name};
  const Place there{endpoint.labels, endpoint.locality, endpoint.network, endpoint.node};
  const uint32_t by_label = LabelPriority(setting, here, there);
  if (setting.failover_size() == 0) return by_label;
  return by_label * kLocalityPriorities +
         LocalityPriority(setting, proxy.locality, endpoint.locality);
}

void Distribute(const LocalityPreference& preference, const ProxyClass& proxy,
                ClusterLoadAssignment& assignment) {
  if (!preference.distributes) return;
  const auto& here = proxy.locality;
  for (const auto& entry : preference.setting.distribute()) {
    if (!LocalityMatches(entry.from(), here.region, here.zone, here.subzone)) continue;
    std::vector<bool> taken(assignment.endpoints_size(), false);
    const std::map<std::string, uint32_t> shares(entry.to().begin(), entry.to().end());
    for (const auto& [pattern, share] : shares) GiveShare(pattern, share, taken, assignment);
    KeepTaken(taken, assignment);
    return;
  }
}

}  // namespace binnacle::translator
