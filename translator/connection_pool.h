// translator/connection_pool.h
//
// How many connections and requests a cluster may have open at once, how long
// a connect may take, and TCP keepalive. What concerns HTTP connections alone
// is in translator/http_protocol_options.h.
//
// Threads  pure.
// Spec     policy facts, section 1.3 (connectionPool, retryBudget); Envoy v3
//          CircuitBreakers, UpstreamConnectionOptions.
#pragma once

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "proto/policy/mesh_config.pb.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::translator {

// Sets connect_timeout, circuit_breakers and upstream_connection_options.
void ApplyConnectionPool(const policy::v1::TrafficPolicy& policy,
                         const policy::v1::MeshConfig& mesh,
                         envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
