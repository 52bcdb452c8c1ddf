// translator/fixed_clusters.h
//
// Clusters that every proxy of a type has, whatever the mesh holds:
// BlackHoleCluster, PassthroughCluster, InboundPassthroughCluster.
//
// Spec  policy facts, section 4.1.
#pragma once

#include <vector>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

std::vector<Translated<envoy::config::cluster::v3::Cluster>> BuildFixedClusters(
    mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
