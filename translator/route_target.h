// translator/route_target.h
//
// Where a route's `destination` leads: which host, port and subset, hence
// which cluster.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 1.2 (route[].destination).
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "mesh/service.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/route_context.h"

namespace binnacle::translator {

struct RouteTarget {
  std::string host;  // FQDN
  std::string subset;
  uint32_t port = 0;
  const mesh::Service* service = nullptr;  // nullptr: the mesh does not know the host

  std::string ClusterName() const;
};

// `ns` completes a short host. Without a port it is the service's only one,
// else the port that the routes are made for (see RouteContext::foreign_host). A host that the mesh
// does not know has a cluster name all the same: requests are answered 503 until it comes.
RouteTarget FindRouteTarget(RouteContext& context, const policy::v1::Destination& destination,
                            absl::string_view ns);

}  // namespace binnacle::translator
