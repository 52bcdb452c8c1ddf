#include "translator/connection_pool.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "envoy/config/cluster/v3/circuit_breaker.pb.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::CircuitBreakers;
using envoy::config::cluster::v3::Cluster;
using policy::v1::ConnectionPoolSettings;
using TcpKeepalive = ConnectionPoolSettings::TcpSettings::TcpKeepalive;

constexpr uint32_t kNoLimit = std::numeric_limits<uint32_t>::max();
constexpr double kDefaultRetryPercent = 20;
constexpr uint32_t kDefaultRetryConcurrency = 3;

uint32_t LimitOf(int32_t written) {
  return written > 0 ? static_cast<uint32_t>(written) : kNoLimit;
}

void SetRetryBudget(const policy::v1::TrafficPolicy::RetryBudget& budget,
                    CircuitBreakers::Thresholds& thresholds) {
  auto& out = *thresholds.mutable_retry_budget();
  out.mutable_budget_percent()->set_value(budget.has_percent()
                                              ? std::clamp(budget.percent().value(), 0.0, 100.0)
                                              : kDefaultRetryPercent);
  out.mutable_min_retry_concurrency()->set_value(budget.min_retry_concurrency() > 0
                                                     ? budget.min_retry_concurrency()
                                                     : kDefaultRetryConcurrency);
}

void SetCircuitBreakers(const policy::v1::TrafficPolicy& policy, Cluster& cluster) {
  const auto& pool = policy.connection_pool();
  auto& thresholds = *cluster.mutable_circuit_breakers()->add_thresholds();
  thresholds.mutable_max_connections()->set_value(LimitOf(pool.tcp().max_connections()));
  thresholds.mutable_max_pending_requests()->set_value(
      LimitOf(pool.http().http1_max_pending_requests()));
  thresholds.mutable_max_requests()->set_value(LimitOf(pool.http().http2_max_requests()));
  thresholds.mutable_max_retries()->set_value(LimitOf(pool.http().max_retries()));
  thresholds.set_track_remaining(true);
  if (policy.has_retry_budget()) SetRetryBudget(policy.retry_budget(), thresholds);
}

uint32_t WholeSeconds(const google::protobuf::Duration& duration) {
  return static_cast<uint32_t>(std::clamp<int64_t>(duration.seconds(), 1, kNoLimit));
}

void SetKeepalive(const TcpKeepalive& keepalive, Cluster& cluster) {
  auto& out = *cluster.mutable_upstream_connection_options()->mutable_tcp_keepalive();
  if (keepalive.probes() > 0) out.mutable_keepalive_probes()->set_value(keepalive.probes());
  if (keepalive.has_time()) {
    out.mutable_keepalive_time()->set_value(WholeSeconds(keepalive.time()));
  }
  if (keepalive.has_interval()) {
    out.mutable_keepalive_interval()->set_value(WholeSeconds(keepalive.interval()));
  }
}

}  // namespace

void ApplyConnectionPool(const policy::v1::TrafficPolicy& policy,
                         const policy::v1::MeshConfig& mesh, Cluster& cluster) {
  const auto& tcp = policy.connection_pool().tcp();
  *cluster.mutable_connect_timeout() =
      tcp.has_connect_timeout() ? tcp.connect_timeout() : mesh.connect_timeout();
  SetCircuitBreakers(policy, cluster);
  if (tcp.has_tcp_keepalive()) {
    SetKeepalive(tcp.tcp_keepalive(), cluster);
  } else if (mesh.has_tcp_keepalive()) {
    SetKeepalive(mesh.tcp_keepalive(), cluster);
  }
}

}  // namespace binnacle::translator
