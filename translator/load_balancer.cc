#include "translator/load_balancer.h"

#include <algorithm>
#include <cstdint>

#include "google/protobuf/duration.pb.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using policy::v1::LoadBalancerSettings;
using ConsistentHash = LoadBalancerSettings::ConsistentHashLb;

constexpr uint64_t kDefaultRingSize = 1024;
constexpr uint64_t kLargestRing = 8u << 20;  // Envoy's own bound

bool HasWarmup(const LoadBalancerSettings& settings) {
  return settings.has_warmup() || settings.has_warmup_duration_secs();
}

void SetWarmup(const LoadBalancerSettings& settings, Cluster::SlowStartConfig& slow_start) {
  const auto& warmup = settings.warmup();
  *slow_start.mutable_slow_start_window() =
      warmup.has_duration() ? warmup.duration() : settings.warmup_duration_secs();
  if (warmup.has_minimum_percent()) {
    slow_start.mutable_min_weight_percent()->set_value(
        std::clamp(warmup.minimum_percent().value(), 0.0, 100.0));
  }
  if (warmup.has_aggression()) {
    slow_start.mutable_aggression()->set_default_value(warmup.aggression().value());
    slow_start.mutable_aggression()->set_runtime_key("binnacle.warmup_aggression");
  }
}

void SetSimple(const LoadBalancerSettings& settings, Cluster& cluster) {
  switch (settings.simple()) {
    case LoadBalancerSettings::RANDOM:
      cluster.set_lb_policy(Cluster::RANDOM);
      return;
    case LoadBalancerSettings::ROUND_ROBIN:
      cluster.set_lb_policy(Cluster::ROUND_ROBIN);
      if (HasWarmup(settings)) {
        SetWarmup(settings, *cluster.mutable_round_robin_lb_config()->mutable_slow_start_config());
      }
      return;
    default:
      cluster.set_lb_policy(Cluster::LEAST_REQUEST);
      if (HasWarmup(settings)) {
        SetWarmup(settings,
                  *cluster.mutable_least_request_lb_config()->mutable_slow_start_config());
      }
  }
}

uint64_t RingSize(const ConsistentHash& hash) {
  uint64_t size =
      hash.has_ring_hash() ? hash.ring_hash().minimum_ring_size() : hash.minimum_ring_size();
  if (size == 0) size = kDefaultRingSize;
  return std::min(size, kLargestRing);
}

void SetRingHash(const ConsistentHash& hash, Cluster& cluster) {
  cluster.set_lb_policy(Cluster::RING_HASH);
  cluster.mutable_ring_hash_lb_config()->mutable_minimum_ring_size()->set_value(RingSize(hash));
}

void SetConsistentHash(const ConsistentHash& hash, Cluster& cluster) {
  if (!hash.has_maglev()) {
    SetRingHash(hash, cluster);
    return;
  }
  cluster.set_lb_policy(Cluster::MAGLEV);
  if (hash.maglev().table_size() > 0) {
    cluster.mutable_maglev_lb_config()->mutable_table_size()->set_value(hash.maglev().table_size());
  }
}

}  // namespace

bool IsPassthrough(const LoadBalancerSettings& settings) {
  return settings.simple() == LoadBalancerSettings::PASSTHROUGH;
}

void ApplyLoadBalancer(const LoadBalancerSettings& settings, ProxyType proxy, Cluster& cluster) {
  if (cluster.type() == Cluster::ORIGINAL_DST) {
    cluster.set_lb_policy(Cluster::CLUSTER_PROVIDED);
  } else if (proxy == ProxyType::kGrpc) {
    if (settings.has_consistent_hash()) {
      SetRingHash(settings.consistent_hash(), cluster);
    } else {
      cluster.set_lb_policy(Cluster::ROUND_ROBIN);
    }
  } else if (settings.has_consistent_hash()) {
    SetConsistentHash(settings.consistent_hash(), cluster);
  } else {
    SetSimple(settings, cluster);
  }
}

}  // namespace binnacle::translator
