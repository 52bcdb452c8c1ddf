// ctl/cluster_table.h
//
// Envoy clusters as a table.
//
// Threads  pure.
// Spec     envoy.config.cluster.v3.Cluster in JSON.
#pragma once

#include "ctl/json.h"
#include "ctl/resource_filter.h"
#include "ctl/shaping_objects.h"
#include "ctl/table.h"

namespace binnacle::ctl {

bool IsWantedCluster(const Json& cluster, const ResourceFilter& filter);

// `rules` are the DestinationRules.
Table ClusterTable(const Json& clusters, const ShapingObjects& rules);

}  // namespace binnacle::ctl
