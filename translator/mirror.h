// translator/mirror.h
//
// Copies of requests, whose answers nobody waits for.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 RouteAction.RequestMirrorPolicy; policy facts, section 1.2.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/route_context.h"

namespace binnacle::translator {

// `ns` completes short hosts.
void AppendMirrorPolicies(RouteContext& context, const policy::v1::HttpRoute& rule,
                          absl::string_view ns, envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
