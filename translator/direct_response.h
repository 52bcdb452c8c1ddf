// translator/direct_response.h
//
// An answer that the proxy gives itself.
//
// Threads  pure.
// Spec     Envoy v3 DirectResponseAction; policy facts, section 1.2.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// A status outside Envoy's 200 to 599 becomes the nearest one inside.
void SetDirectResponse(const policy::v1::HttpDirectResponse& response,
                       envoy::config::route::v3::Route& route);

}  // namespace binnacle::translator
