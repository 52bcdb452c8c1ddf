// translator/operation_name.h
//
// What a request is called in traces: "reviews.default.svc.cluster.local:80/*".
//
// Threads  pure.
// Spec     Envoy v3 Decorator; existing dashboards read these names.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace binnacle::translator {

// Of a route that takes every request to a service.
std::string ServiceOperationName(absl::string_view host, uint32_t port);

// From the route's match and action, which must be set. Where a route has
// several destinations, or none, `fallback` stands for the host.
void SetOperationName(absl::string_view fallback, uint32_t port,
                      envoy::config::route::v3::Route& route);

}  // namespace binnacle::translator
