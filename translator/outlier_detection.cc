#include "translator/outlier_detection.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "envoy/config/cluster/v3/outlier_detection.pb.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using Ejection = envoy::config::cluster::v3::OutlierDetection;
using policy::v1::OutlierDetection;

// A counter that is set decides alone; one that is 0 is switched off.
uint32_t Enforcing(uint32_t counter) { return counter > 0 ? 100 : 0; }

std::optional<uint32_t> Consecutive5xx(const OutlierDetection& from) {
  if (from.has_consecutive_5xx_errors()) return from.consecutive_5xx_errors().value();
  // The old word for the same, used where the new one is not.
  if (from.consecutive_errors() > 0) return from.consecutive_errors();
  return std::nullopt;
}

void SetCounters(const OutlierDetection& from, Ejection& to) {
  if (const auto count = Consecutive5xx(from)) {
    to.mutable_consecutive_5xx()->set_value(*count);
    to.mutable_enforcing_consecutive_5xx()->set_value(Enforcing(*count));
  }
  if (from.has_consecutive_gateway_errors()) {
    const uint32_t count = from.consecutive_gateway_errors().value();
    to.mutable_consecutive_gateway_failure()->set_value(count);
    to.mutable_enforcing_consecutive_gateway_failure()->set_value(Enforcing(count));
  }
  // Success rates are judged over many hosts; a rule cannot ask for it.
  to.mutable_enforcing_success_rate()->set_value(0);
}

void SetLocalOrigin(const OutlierDetection& from, Ejection& to) {
  if (!from.split_external_local_origin_errors()) return;
  to.set_split_external_local_origin_errors(true);
  if (from.has_consecutive_local_origin_failures()) {
    const uint32_t count = from.consecutive_local_origin_failures().value();
    to.mutable_consecutive_local_origin_failure()->set_value(count);
    to.mutable_enforcing_consecutive_local_origin_failure()->set_value(Enforcing(count));
  }
  to.mutable_enforcing_local_origin_success_rate()->set_value(0);
}

}  // namespace

void ApplyOutlierDetection(const policy::v1::TrafficPolicy& policy, Cluster& cluster) {
  if (!policy.has_outlier_detection()) return;
  const OutlierDetection& from = policy.outlier_detection();
  Ejection& to = *cluster.mutable_outlier_detection();
  SetCounters(from, to);
  SetLocalOrigin(from, to);
  if (from.has_interval()) *to.mutable_interval() = from.interval();
  if (from.has_base_ejection_time()) *to.mutable_base_ejection_time() = from.base_ejection_time();
  if (from.max_ejection_percent() > 0) {
    to.mutable_max_ejection_percent()->set_value(std::min(from.max_ejection_percent(), 100));
  }
  // Envoy's own threshold, 50 percent, would send traffic to ejected endpoints
  // as soon as one of two fails.
  cluster.mutable_common_lb_config()->mutable_healthy_panic_threshold()->set_value(
      std::clamp(from.min_health_percent(), 0, 100));
}

}  // namespace binnacle::translator
