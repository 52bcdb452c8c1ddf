// translator/route_match.h
//
// Which requests a route takes.
//
// Threads  pure.
// Spec     Envoy v3 RouteMatch; policy facts, section 1.2.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// What of `match` can be told from a request: port, source and gateways are
// not among it (see source_match.h).
void SetRouteMatch(const policy::v1::HttpMatchRequest& match,
                   envoy::config::route::v3::RouteMatch& route_match);

// Every request.
void SetCatchAllMatch(envoy::config::route::v3::RouteMatch& route_match);

// True if no route after this one can ever be reached.
bool IsCatchAll(const envoy::config::route::v3::RouteMatch& route_match);

}  // namespace binnacle::translator
