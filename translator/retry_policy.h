// translator/retry_policy.h
//
// What is tried again, how often and where.
//
// Threads  pure.
// Spec     Envoy v3 RetryPolicy; policy facts, section 4.5.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/http_retry.pb.h"

namespace binnacle::translator {

// `retry` may be nullptr: the built-in default. With `hashed` (the destination
// is found by a hash) a retry may go to the same endpoint: the hash finds no
// other. No policy is set when `retry` asks for no attempts.
void SetRetryPolicy(const policy::v1::HttpRetry* retry, bool hashed,
                    envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
