// translator/endpoints.h
//
// ClusterLoadAssignments: where a cluster's requests can go, by locality.
//
// Spec  policy facts, sections 1.4, 4.6; Envoy v3 ClusterLoadAssignment.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// `cluster_name` in either outbound form. A service that exists but has no
// endpoint (for the subset) yields an empty assignment, so that no proxy waits
// for it; nullopt if there is no such service and port, or if it is not one
// whose endpoints are sent (DNS, ORIGINAL_DST).
std::optional<Translated<envoy::config::endpoint::v3::ClusterLoadAssignment>> BuildEndpoints(
    mesh::View& view, const ProxyClass& proxy, absl::string_view cluster_name);

}  // namespace binnacle::translator
