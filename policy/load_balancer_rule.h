// policy/load_balancer_rule.h
//
// How load may be spread: hashing, localities, warm-up.
//
// Threads  pure.
// Spec     Istio LoadBalancerSettings, LocalityLoadBalancerSetting.
#pragma once

#include "policy/place.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::policy {

void CheckLoadBalancer(const v1::LoadBalancerSettings& settings, const Place& at);

// A DestinationRule's `localityLbSetting`, or the mesh's.
void CheckLocalityLb(const v1::LocalityLoadBalancerSetting& setting, const Place& at);

}  // namespace binnacle::policy
