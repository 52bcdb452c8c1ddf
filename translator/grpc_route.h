// translator/grpc_route.h
//
// Routes as gRPC libraries take them: fewer fields, older forms, and an RPC
// where a proxy would answer by itself.
//
// Threads  pure.
// Spec     gRFC A28 (routing), A31 (timeouts), A33 (faults), A44 (retries).
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "google/protobuf/repeated_field.h"

namespace binnacle::translator {

// Rewrites `routes` in place. What gRPC cannot tell from an RPC (query
// parameters, claims of a token) never matches one, so such routes go. A
// redirect or direct response becomes an RPC that fails: leaving the route out
// would let through what it stops.
void AdaptToGrpc(absl::string_view service_cluster,
                 google::protobuf::RepeatedPtrField<envoy::config::route::v3::Route>& routes);

}  // namespace binnacle::translator
