// translator/load_assignment.h
//
// The endpoints of one destination, grouped by locality and priority, as a
// class of proxies sees them.
//
// Threads  pure.
// Spec     policy facts, sections 1.4 (weights), 4.6, 5.8; Envoy v3
//          ClusterLoadAssignment.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// Endpoints that are healthy and serve the destination's port. With `names`,
// endpoints may be DNS names; otherwise those that are not addresses are left
// out, since one of them would have the proxy refuse all.
Translated<envoy::config::endpoint::v3::ClusterLoadAssignment> BuildLoadAssignment(
    mesh::View& view, const ProxyClass& proxy, const Destination& destination,
    absl::string_view cluster_name, bool names);

}  // namespace binnacle::translator
