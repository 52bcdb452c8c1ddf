// ctl/endpoint_table.h
//
// Envoy endpoints as a table: one row to an address in a cluster.
//
// Threads  pure.
// Spec     envoy.config.endpoint.v3.ClusterLoadAssignment in JSON.
#pragma once

#include "ctl/json.h"
#include "ctl/resource_filter.h"
#include "ctl/table.h"

namespace binnacle::ctl {

// By what its cluster's name says.
bool IsWantedAssignment(const Json& assignment, const ResourceFilter& filter);

// Also leaves out the addresses and states that the filter does not want.
Table EndpointTable(const Json& assignments, const ResourceFilter& filter);

}  // namespace binnacle::ctl
