// translator/route_action.h
//
// What becomes of a request that is sent on: to which cluster, changed how,
// within which time, retried when.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 RouteAction; policy facts, sections 1.2 and 4.5.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "mesh/service.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/route_context.h"

namespace binnacle::translator {

// `ns` completes short hosts. False if the rule sends nothing anywhere: it has
// no destination, or none with a weight.
bool SetRouteAction(RouteContext& context, const policy::v1::HttpRoute& rule, absl::string_view ns,
                    envoy::config::route::v3::Route& route);

// To a service itself, as it is when no VirtualService speaks for it. `hashed`:
// the action has a hash policy.
void SetServiceRouteAction(std::string cluster, const policy::v1::MeshConfig& mesh, bool hashed,
                           envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
