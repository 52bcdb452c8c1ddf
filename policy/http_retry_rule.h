// policy/http_retry_rule.h
//
// Retries: a VirtualService's, or the mesh's default.
//
// Threads  pure.
// Spec     Istio HTTPRetry; Envoy's x-envoy-retry-on and x-envoy-retry-grpc-on.
#pragma once

#include "policy/place.h"
#include "proto/policy/http_retry.pb.h"

namespace binnacle::policy {

void CheckHttpRetry(const v1::HttpRetry& retries, const Place& at);

}  // namespace binnacle::policy
