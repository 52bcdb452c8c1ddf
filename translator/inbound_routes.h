// translator/inbound_routes.h
//
// Routes of what a workload receives: everything to its own cluster.
//
// Threads  pure.
// Spec     policy facts, section 4.2; Envoy v3 RouteConfiguration.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

struct InboundRouteOptions {
  absl::string_view cluster;
  absl::string_view host;     // what traces call it; empty: the cluster's name
  uint32_t service_port = 0;  // 0: of no service
  bool grpc = false;          // gRPC clients retry for themselves
};

// A RouteConfiguration, serialised.
std::string SerializedInboundRoutes(const InboundRouteOptions& options);

}  // namespace binnacle::translator
