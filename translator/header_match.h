// translator/header_match.h
//
// What a route asks of a request's headers.
//
// Threads  pure.
// Spec     Envoy v3 HeaderMatcher; policy facts, section 1.2.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// Appends matchers for `headers` and `withoutHeaders`, in order of header
// name, then those for method, authority and scheme. Claims are left out: see
// claim_match.h.
void SetHeaderMatchers(const policy::v1::HttpMatchRequest& match,
                       envoy::config::route::v3::RouteMatch& route_match);

}  // namespace binnacle::translator
