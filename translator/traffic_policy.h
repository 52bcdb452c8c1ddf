// translator/traffic_policy.h
//
// The part of a DestinationRule that is in force for one port and one subset.
//
// Spec  policy facts, section 5.4: a port-level block replaces load balancer,
//       pool, outlier detection and TLS of the policy around it; a subset's
//       policy overlays the top policy part by part.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "proto/policy/destination_rule.pb.h"

namespace binnacle::translator {

// `rule` may be nullptr (no rule: an empty policy). An unknown subset means
// the top policy alone.
policy::v1::TrafficPolicy EffectiveTrafficPolicy(const policy::v1::DestinationRule* rule,
                                                 uint32_t port, absl::string_view subset);

}  // namespace binnacle::translator
