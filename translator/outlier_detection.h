// translator/outlier_detection.h
//
// When an endpoint that fails is left out for a while.
//
// Threads  pure.
// Spec     policy facts, section 1.3 (outlierDetection); Envoy v3
//          OutlierDetection.
#pragma once

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::translator {

// Sets outlier_detection and the panic threshold that goes with it; nothing
// where the policy has none.
void ApplyOutlierDetection(const policy::v1::TrafficPolicy& policy,
                           envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
