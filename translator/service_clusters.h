// translator/service_clusters.h
//
// Outbound clusters: one for each port of a service, and one more for each
// subset of it that a DestinationRule names.
//
// Spec  policy facts, sections 1.3, 4.1, 4.3, 5.3, 5.4, 5.8; Envoy v3 Cluster.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// The clusters of the service that `host` means to this class, for all its
// ports and subsets. Empty if there is no such service.
std::vector<Translated<envoy::config::cluster::v3::Cluster>> BuildServiceClusters(
    mesh::View& view, const ProxyClass& proxy, absl::string_view host);

// A gateway with an AUTO_PASSTHROUGH server has SNI-DNAT clusters besides.
bool NeedsSniDnat(mesh::View& view, const ProxyClass& proxy);
std::vector<Translated<envoy::config::cluster::v3::Cluster>> BuildSniDnatClusters(
    mesh::View& view, const ProxyClass& proxy, absl::string_view host);

}  // namespace binnacle::translator
