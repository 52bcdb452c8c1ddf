// translator/http_protocol_options.h
//
// Which HTTP version a cluster speaks, how long its connections live, and
// whether the name for TLS is taken from the request.
//
// Threads  pure.
// Spec     policy facts, sections 1.3 (connectionPool), 3 (h2UpgradePolicy),
//          4.3; Envoy v3 HttpProtocolOptions.
#pragma once

#include <cstdint>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/service.h"
#include "proto/policy/mesh_config.pb.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::translator {

enum class UpstreamHttp : uint8_t {
  kHttp1,
  kHttp2,
  kAsDownstream,  // whatever the caller spoke
};

UpstreamHttp ChooseUpstreamHttp(const mesh::ServicePort& port,
                                const policy::v1::ConnectionPoolSettings& pool,
                                const policy::v1::MeshConfig& mesh);

// What TLS asks of the HTTP side of a cluster.
struct NameFromRequest {
  bool sni = false;        // send the request's host as SNI
  bool san_check = false;  // and check the server's certificate against it
};

// Attaches the options to the cluster, unless they are Envoy's own defaults.
void ApplyHttpProtocolOptions(UpstreamHttp http, const policy::v1::ConnectionPoolSettings& pool,
                              NameFromRequest names, envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
