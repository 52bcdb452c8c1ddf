#include "policy/traffic_policy_rule.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/duration_rule.h"
#include "policy/host.h"
#include "policy/ip_address.h"
#include "policy/load_balancer_rule.h"
#include "policy/port_rule.h"
#include "policy/tls_rule.h"

namespace binnacle::policy {
namespace {

using TcpSettings = v1::ConnectionPoolSettings::TcpSettings;
using HttpSettings = v1::ConnectionPoolSettings::HttpSettings;

void CheckNotNegative(int32_t value, absl::string_view field, const Place& at) {
  if (value >= 0) return;
  at.Field(field).Error("out-of-range", absl::StrCat(value, " is negative: 0 or more is allowed"));
}

void CheckPercent(int32_t value, absl::string_view field, const Place& at) {
  if (value >= 0 && value <= 100) return;
  at.Field(field).Error("out-of-range", absl::StrCat(value, " is not a percentage: 0 to 100"));
}

void CheckTcpPool(const TcpSettings& tcp, const Place& at) {
  CheckNotNegative(tcp.max_connections(), "maxConnections", at);
  if (tcp.has_connect_timeout()) {
    at.Field("connectTimeout").Check(CheckConnectTimeout(tcp.connect_timeout()));
  }
  if (tcp.has_max_connection_duration()) {
    at.Field("maxConnectionDuration").Check(CheckDuration(tcp.max_connection_duration()));
  }
  if (tcp.has_idle_timeout()) {
    at.Field("idleTimeout").Check(CheckDurationOrZero(tcp.idle_timeout()));
  }
  if (!tcp.has_tcp_keepalive()) return;
  const Place keepalive = at.Field("tcpKeepalive");
  if (tcp.tcp_keepalive().has_time()) {
    keepalive.Field("time").Check(CheckDuration(tcp.tcp_keepalive().time()));
  }
  if (tcp.tcp_keepalive().has_interval()) {
    keepalive.Field("interval").Check(CheckDuration(tcp.tcp_keepalive().interval()));
  }
}

void CheckHttpPool(const HttpSettings& http, const Place& at) {
  CheckNotNegative(http.http1_max_pending_requests(), "http1MaxPendingRequests", at);
  CheckNotNegative(http.http2_max_requests(), "http2MaxRequests", at);
  CheckNotNegative(http.max_requests_per_connection(), "maxRequestsPerConnection", at);
  CheckNotNegative(http.max_retries(), "maxRetries", at);
  CheckNotNegative(http.max_concurrent_streams(), "maxConcurrentStreams", at);
  if (http.has_idle_timeout()) {
    at.Field("idleTimeout").Check(CheckDurationOrZero(http.idle_timeout()));
  }
  if (http.use_client_protocol() && http.h2_upgrade_policy() == HttpSettings::UPGRADE) {
    at.Field("useClientProtocol")
        .Error("exclusive-fields",
               "the client's protocol cannot be kept where h2UpgradePolicy is UPGRADE");
  }
}

void CheckConnectionPool(const v1::ConnectionPoolSettings& pool, const Place& at) {
  if (!pool.has_tcp() && !pool.has_http()) {
    at.Error("missing-field", "a connection pool needs tcp, http or both");
  }
  if (pool.has_tcp()) CheckTcpPool(pool.tcp(), at.Field("tcp"));
  if (pool.has_http()) CheckHttpPool(pool.http(), at.Field("http"));
}

void CheckOutlierDetection(const v1::OutlierDetection& outlier, const Place& at) {
  if (outlier.has_interval()) at.Field("interval").Check(CheckDuration(outlier.interval()));
  if (outlier.has_base_ejection_time()) {
    at.Field("baseEjectionTime").Check(CheckDuration(outlier.base_ejection_time()));
  }
  CheckPercent(outlier.max_ejection_percent(), "maxEjectionPercent", at);
  CheckPercent(outlier.min_health_percent(), "minHealthPercent", at);
  CheckNotNegative(outlier.consecutive_errors(), "consecutiveErrors", at);
  if (outlier.consecutive_errors() != 0) {
    at.Field("consecutiveErrors")
        .Warn("deprecated-field", "consecutiveErrors is deprecated", "use consecutive5xxErrors");
  }
  if (outlier.has_consecutive_local_origin_failures() &&
      !outlier.split_external_local_origin_errors()) {
    at.Field("consecutiveLocalOriginFailures")
        .Error("missing-field",
               "local failures are only counted apart with splitExternalLocalOriginErrors: true");
  }
}

// What a policy for one port and one for all have in common.
template <typename Policy>
void CheckCommonSettings(const Policy& policy, absl::string_view ns, const Place& at) {
  if (policy.has_load_balancer()) {
    const Place balancer = at.Field("loadBalancer");
    CheckLoadBalancer(policy.load_balancer(), balancer);
    const auto& locality = policy.load_balancer().locality_lb_setting();
    const bool fails_over = !locality.failover().empty() || !locality.failover_priority().empty();
    if (fails_over && !policy.has_outlier_detection()) {
      balancer.Field("localityLbSetting")
          .Warn("no-effect", "failover works only where outlierDetection is set as well");
    }
  }
  if (policy.has_connection_pool()) {
    CheckConnectionPool(policy.connection_pool(), at.Field("connectionPool"));
  }
  if (policy.has_outlier_detection()) {
    CheckOutlierDetection(policy.outlier_detection(), at.Field("outlierDetection"));
  }
  if (policy.has_tls()) CheckClientTls(policy.tls(), ns, at.Field("tls"));
}

void CheckPortPolicy(const v1::TrafficPolicy::PortTrafficPolicy& policy, absl::string_view ns,
                     const Place& at) {
  if (!policy.has_port()) {
    at.Field("port").Error("missing-field", "a policy for a port needs port.number");
  } else {
    at.Field("port.number").Check(CheckPort(policy.port().number()));
  }
  if (!policy.has_load_balancer() && !policy.has_connection_pool() &&
      !policy.has_outlier_detection() && !policy.has_tls()) {
    at.Error("missing-field",
             "a policy for a port needs loadBalancer, connectionPool, outlierDetection or tls");
  }
  CheckCommonSettings(policy, ns, at);
}

void CheckPortPolicies(const v1::TrafficPolicy& policy, absl::string_view ns, const Place& at) {
  std::set<uint32_t> seen;
  for (int i = 0; i < policy.port_level_settings_size(); ++i) {
    const Place entry = at.Field("portLevelSettings", i);
    const uint32_t port = policy.port_level_settings(i).port().number();
    CheckPortPolicy(policy.port_level_settings(i), ns, entry);
    if (port == 0 || seen.insert(port).second) continue;
    entry.Field("port.number")
        .Warn("duplicate-port", absl::StrCat("port ", port, " is set already: the first counts"));
  }
}

void CheckTunnel(const v1::TrafficPolicy::TunnelSettings& tunnel, const Place& at) {
  if (!tunnel.protocol().empty() && !absl::EqualsIgnoreCase(tunnel.protocol(), "CONNECT") &&
      !absl::EqualsIgnoreCase(tunnel.protocol(), "POST")) {
    at.Field("protocol")
        .Error("bad-protocol", absl::StrCat("\"", tunnel.protocol().substr(0, 80),
                                            "\": allowed are CONNECT and POST"));
  }
  if (tunnel.target_host().empty()) {
    at.Field("targetHost").Error("missing-field", "a tunnel needs a target");
  } else if (!IsIpAddress(tunnel.target_host())) {
    at.Field("targetHost").Check(CheckFqdn(tunnel.target_host()));
  }
  at.Field("targetPort").Check(CheckPort(tunnel.target_port()));
}

void CheckRetryBudget(const v1::TrafficPolicy::RetryBudget& budget, const Place& at) {
  const double percent = budget.percent().value();
  if (percent >= 0 && percent <= 100) return;
  at.Field("percent").Error("out-of-range", "a retry budget is 0 to 100 percent");
}

bool IsEmpty(const v1::TrafficPolicy& policy) {
  return !policy.has_load_balancer() && !policy.has_connection_pool() &&
         !policy.has_outlier_detection() && !policy.has_tls() &&
         policy.port_level_settings().empty() && !policy.has_tunnel() &&
         !policy.has_proxy_protocol() && !policy.has_retry_budget();
}

}  // namespace

void CheckTrafficPolicy(const v1::TrafficPolicy& policy, absl::string_view ns, const Place& at) {
  if (IsEmpty(policy)) {
    at.Error("missing-field",
             "a trafficPolicy needs at least one setting: loadBalancer, connectionPool, "
             "outlierDetection, tls, portLevelSettings, tunnel, proxyProtocol or retryBudget");
  }
  CheckCommonSettings(policy, ns, at);
  CheckPortPolicies(policy, ns, at);
  if (policy.has_tunnel()) CheckTunnel(policy.tunnel(), at.Field("tunnel"));
  if (policy.has_retry_budget()) CheckRetryBudget(policy.retry_budget(), at.Field("retryBudget"));
  if (policy.has_tunnel() && policy.has_proxy_protocol()) {
    at.Error("exclusive-fields", "tunnel and proxyProtocol may not be set together");
  }
}

}  // namespace binnacle::policy
