#include "mesh/hashing_rule.h"

#include "absl/algorithm/container.h"

namespace binnacle::mesh {

using policy::v1::DestinationRule;
using policy::v1::TrafficPolicy;

static bool AsksForHashing(const TrafficPolicy& policy) {
  return policy.load_balancer().has_consistent_hash() ||
         absl::c_any_of(policy.port_level_settings(), [](const auto& port) {
           return port.load_balancer().has_consistent_hash();
         });
}

bool AsksForHashing(const DestinationRule& rule) {
  return AsksForHashing(rule.traffic_policy()) ||
         absl::c_any_of(rule.subsets(),
                        [](const auto& subset) { return AsksForHashing(subset.traffic_policy()); });
}

}  // namespace binnacle::mesh
