// translator/route_timeout.h
//
// How long a request may take.
//
// Threads  pure.
// Spec     Envoy v3 RouteAction.timeout; policy facts, section 4.5.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "google/protobuf/duration.pb.h"

namespace binnacle::translator {

// `timeout` may be nullptr: no limit (Envoy's own default is 15 s).
void SetRouteTimeout(const google::protobuf::Duration* timeout,
                     envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
