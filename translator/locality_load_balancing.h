// translator/locality_load_balancing.h
//
// How load prefers near endpoints: by shares for localities (distribute), or
// by priorities that fail over (failover, failoverPriority, a service's
// trafficDistribution).
//
// Threads  pure.
// Spec     policy facts, section 4.6; Envoy v3 LocalityLbEndpoints.
#pragma once

#include <cstdint>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "mesh/service.h"
#include "proto/policy/locality_lb.pb.h"
#include "proto/policy/mesh_config.pb.h"
#include "translator/destination.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

struct LocalityPreference {
  policy::v1::LocalityLoadBalancerSetting setting;
  bool distributes = false;
  // Endpoints have priorities. Envoy leaves a priority only when its endpoints
  // are known to fail, so this needs outlier detection, unless the service
  // itself asks for nearness.
  bool fails_over = false;
};

// The rule's setting, else the service's wish, else the mesh's setting.
LocalityPreference PreferenceOf(const Destination& destination, const policy::v1::MeshConfig& mesh);

// Tells the cluster to weigh localities, where the preference asks for it.
void ApplyLocalityPreference(const LocalityPreference& preference,
                             envoy::config::cluster::v3::Cluster& cluster);

// 0 is nearest. Numbers may be skipped.
uint32_t FailoverPriority(const LocalityPreference& preference, const ProxyClass& proxy,
                          const mesh::Workload& endpoint);

// Gives localities the shares that the first fitting entry says; localities
// that it does not name lose their endpoints.
void Distribute(const LocalityPreference& preference, const ProxyClass& proxy,
                envoy::config::endpoint::v3::ClusterLoadAssignment& assignment);

}  // namespace binnacle::translator
