// policy/destination_reference_rule.h
//
// Where a route sends: hosts, subsets and ports that it names, and the weights
// between several.
//
// Threads  pure.
// Spec     Istio Destination, HTTPRouteDestination, RouteDestination.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

// `at` is the destination itself.
void CheckDestination(const v1::Destination& destination, const Place& at);

// The weights of the list `field` of `at`, in order: none negative, and where
// there are several, not all zero.
void CheckWeights(const std::vector<int32_t>& weights, absl::string_view field, const Place& at);

}  // namespace binnacle::policy
