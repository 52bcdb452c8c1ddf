// translator/sni_dnat_clusters.h
//
// Clusters by which a gateway passes mesh TLS on unopened: one for each port
// and subset of a service.
//
// Spec  policy facts, sections 1.1 (AUTO_PASSTHROUGH) and 4.1; Envoy v3 Cluster.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// True for a gateway with an AUTO_PASSTHROUGH server.
bool NeedsSniDnat(mesh::View& view, const ProxyClass& proxy);

// Those of the service that `host` means to this class.
std::vector<Translated<envoy::config::cluster::v3::Cluster>> BuildSniDnatClusters(
    mesh::View& view, const ProxyClass& proxy, absl::string_view host);

}  // namespace binnacle::translator
