#include "translator/traffic_policy.h"

namespace binnacle::translator {
namespace {

using policy::v1::TrafficPolicy;

const TrafficPolicy::PortTrafficPolicy* FindPort(const TrafficPolicy& policy, uint32_t port) {
  for (const auto& block : policy.port_level_settings()) {
    if (block.port().number() == port) return &block;
  }
  return nullptr;
}

// What the block leaves out goes to the built-in default, not to `policy`.
void ReplaceByPort(const TrafficPolicy::PortTrafficPolicy& block, TrafficPolicy& policy) {
  policy.clear_load_balancer();
  policy.clear_connection_pool();
  policy.clear_outlier_detection();
  policy.clear_tls();
  if (block.has_load_balancer()) *policy.mutable_load_balancer() = block.load_balancer();
  if (block.has_connection_pool()) *policy.mutable_connection_pool() = block.connection_pool();
  if (block.has_outlier_detection()) {
    *policy.mutable_outlier_detection() = block.outlier_detection();
  }
  if (block.has_tls()) *policy.mutable_tls() = block.tls();
}

// Setting by setting: what `over` has replaces, whole, what `policy` has.
void Overlay(const TrafficPolicy& over, TrafficPolicy& policy) {
  if (over.has_load_balancer()) *policy.mutable_load_balancer() = over.load_balancer();
  if (over.has_connection_pool()) *policy.mutable_connection_pool() = over.connection_pool();
  if (over.has_outlier_detection()) *policy.mutable_outlier_detection() = over.outlier_detection();
  if (over.has_tls()) *policy.mutable_tls() = over.tls();
  if (over.has_tunnel()) *policy.mutable_tunnel() = over.tunnel();
  if (over.has_proxy_protocol()) *policy.mutable_proxy_protocol() = over.proxy_protocol();
  if (over.has_retry_budget()) *policy.mutable_retry_budget() = over.retry_budget();
}

void OverlayForPort(const TrafficPolicy& over, uint32_t port, TrafficPolicy& policy) {
  Overlay(over, policy);
  if (const auto* block = FindPort(over, port)) ReplaceByPort(*block, policy);
}

}  // namespace

TrafficPolicy EffectiveTrafficPolicy(const policy::v1::DestinationRule* rule, uint32_t port,
                                     absl::string_view subset) {
  TrafficPolicy policy;
  if (rule == nullptr) return policy;
  OverlayForPort(rule->traffic_policy(), port, policy);
  for (const auto& candidate : rule->subsets()) {
    if (!subset.empty() && candidate.name() == subset) {
      OverlayForPort(candidate.traffic_policy(), port, policy);
      break;
    }
  }
  return policy;
}

}  // namespace binnacle::translator
