// policy/cors_rule.h
//
// Cross-origin policy of a route.
//
// Threads  pure.
// Spec     Istio CorsPolicy; the Fetch standard.
#pragma once

#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

void CheckCorsPolicy(const v1::CorsPolicy& cors, const Place& at);

}  // namespace binnacle::policy
