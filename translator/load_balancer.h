// translator/load_balancer.h
//
// How a cluster picks one endpoint among its healthy ones.
//
// Threads  pure.
// Spec     policy facts, section 1.3 (loadBalancer); Envoy v3 Cluster.LbPolicy.
#pragma once

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "proto/policy/traffic_policy.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// simple: PASSTHROUGH, that is: no picking, go where the caller was going.
bool IsPassthrough(const policy::v1::LoadBalancerSettings& settings);

// Sets lb_policy and the options of that policy. gRPC libraries know
// ROUND_ROBIN and RING_HASH only, so every simple mode becomes the first and
// every hash the second there. For a cluster of type ORIGINAL_DST there is
// nothing to pick: CLUSTER_PROVIDED.
void ApplyLoadBalancer(const policy::v1::LoadBalancerSettings& settings, ProxyType proxy,
                       envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
