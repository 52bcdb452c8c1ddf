#include "translator/http_protocol_options.h"

#include "envoy/config/core/v3/protocol.pb.h"
#include "envoy/extensions/upstreams/http/v3/http_protocol_options.pb.h"
#include "mesh/protocol.h"
#include "translator/message_space.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::Http2ProtocolOptions;
using envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
using policy::v1::ConnectionPoolSettings;
using HttpSettings = ConnectionPoolSettings::HttpSettings;

constexpr char kOptionsKey[] = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

// A rule that says UPGRADE knows that the port carries HTTP; what the mesh
// says must not touch ports whose protocol is not declared.
bool UpgradesToHttp2(const mesh::ServicePort& port, const HttpSettings& http,
                     const policy::v1::MeshConfig& mesh) {
  switch (http.h2_upgrade_policy()) {
    case HttpSettings::UPGRADE:
      return true;
    case HttpSettings::DO_NOT_UPGRADE:
      return false;
    default:
      return mesh::IsHttp(port.protocol) &&
             mesh.h2_upgrade_policy() == policy::v1::MeshConfig::UPGRADE;
  }
}

void SetMaxStreams(const HttpSettings& http, Http2ProtocolOptions& options) {
  if (http.max_concurrent_streams() > 0) {
    options.mutable_max_concurrent_streams()->set_value(http.max_concurrent_streams());
  }
}

void SetVersion(UpstreamHttp http, const HttpSettings& settings, HttpProtocolOptions& options) {
  switch (http) {
    case UpstreamHttp::kHttp1:
      options.mutable_explicit_http_config()->mutable_http_protocol_options();
      return;
    case UpstreamHttp::kHttp2:
      SetMaxStreams(settings,
                    *options.mutable_explicit_http_config()->mutable_http2_protocol_options());
      return;
    case UpstreamHttp::kAsDownstream:
      options.mutable_use_downstream_protocol_config()->mutable_http_protocol_options();
      SetMaxStreams(
          settings,
          *options.mutable_use_downstream_protocol_config()->mutable_http2_protocol_options());
      return;
  }
}

// True if anything was set.
bool SetConnectionLife(const ConnectionPoolSettings& pool, HttpProtocolOptions& options) {
  const auto& http = pool.http();
  const auto& tcp = pool.tcp();
  const bool http_idle = http.has_idle_timeout();
  if (!http_idle && !tcp.has_idle_timeout() && !tcp.has_max_connection_duration() &&
      http.max_requests_per_connection() <= 0) {
    return false;
  }
  auto& common = *options.mutable_common_http_protocol_options();
  if (http_idle || tcp.has_idle_timeout()) {
    *common.mutable_idle_timeout() = http_idle ? http.idle_timeout() : tcp.idle_timeout();
  }
  if (tcp.has_max_connection_duration()) {
    *common.mutable_max_connection_duration() = tcp.max_connection_duration();
  }
  if (http.max_requests_per_connection() > 0) {
    common.mutable_max_requests_per_connection()->set_value(http.max_requests_per_connection());
  }
  return true;
}

bool SetNames(NameFromRequest names, HttpProtocolOptions& options) {
  if (!names.sni && !names.san_check) return false;
  auto& upstream = *options.mutable_upstream_http_protocol_options();
  upstream.set_auto_sni(names.sni);
  upstream.set_auto_san_validation(names.san_check);
  return true;
}

}  // namespace

UpstreamHttp ChooseUpstreamHttp(const mesh::ServicePort& port, const ConnectionPoolSettings& pool,
                                const policy::v1::MeshConfig& mesh) {
  const HttpSettings& http = pool.http();
  if (http.use_client_protocol()) return UpstreamHttp::kAsDownstream;
  if (mesh::IsHttp2(port.protocol)) return UpstreamHttp::kHttp2;
  if (UpgradesToHttp2(port, http, mesh)) return UpstreamHttp::kHttp2;
  return mesh::IsSniffed(port.protocol) ? UpstreamHttp::kAsDownstream : UpstreamHttp::kHttp1;
}

void ApplyHttpProtocolOptions(UpstreamHttp http, const ConnectionPoolSettings& pool,
                              NameFromRequest names, envoy::config::cluster::v3::Cluster& cluster) {
  MessageSpace space;
  auto& options = space.New<HttpProtocolOptions>();
  const bool has_life = SetConnectionLife(pool, options);
  const bool has_names = SetNames(names, options);
  // Plain HTTP/1.1 is what Envoy does when told nothing.
  if (http == UpstreamHttp::kHttp1 && !has_life && !has_names) return;
  SetVersion(http, pool.http(), options);
  SetTypedConfig(options, (*cluster.mutable_typed_extension_protocol_options())[kOptionsKey]);
}

}  // namespace binnacle::translator
