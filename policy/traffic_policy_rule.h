// policy/traffic_policy_rule.h
//
// What a DestinationRule may say of connections: pools, outliers, balancing,
// TLS, per port or for all.
//
// Threads  pure.
// Spec     Istio TrafficPolicy.
#pragma once

#include "absl/strings/string_view.h"
#include "policy/place.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::policy {

// `ns` is the namespace of the rule.
void CheckTrafficPolicy(const v1::TrafficPolicy& policy, absl::string_view ns, const Place& at);

}  // namespace binnacle::policy
