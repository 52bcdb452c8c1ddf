// translator/inbound_clusters.h
//
// A sidecar's clusters towards its own workload: `inbound|<port>||`.
//
// Spec  policy facts, section 4.1.
#pragma once

#include <vector>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

std::vector<Translated<envoy::config::cluster::v3::Cluster>> BuildInboundClusters(
    mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
