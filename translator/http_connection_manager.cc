#include "translator/http_connection_manager.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "translator/access_log.h"
#include "translator/config_source.h"
#include "translator/http_filters.h"
#include "translator/message_space.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::config::listener::v3::Filter;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using policy::v1::MeshConfig;
using policy::v1::ProxyConfig;

namespace {

using Normalization = MeshConfig::PathNormalization;

void SetPathNormalization(const MeshConfig& config, HttpConnectionManager& manager) {
  const auto type = config.path_normalization().normalization();
  manager.mutable_normalize_path()->set_value(type != Normalization::NONE);
  manager.set_merge_slashes(type == Normalization::MERGE_SLASHES ||
                            type == Normalization::DECODE_AND_MERGE_SLASHES);
  manager.set_path_with_escaped_slashes_action(type == Normalization::DECODE_AND_MERGE_SLASHES
                                                   ? HttpConnectionManager::UNESCAPE_AND_FORWARD
                                                   : HttpConnectionManager::KEEP_UNCHANGED);
}

// Names hold dots, so ';' tells statistics where this one ends.
void SetStatPrefix(absl::string_view stat_prefix, HttpConnectionManager& manager) {
  manager.set_stat_prefix(absl::StrCat(stat_prefix, ";"));
}

void SetCommon(const MeshConfig& config, const ProxyClass& proxy, HttpFilterOptions filters,
               HttpConnectionManager& manager) {
  manager.mutable_use_remote_address()->set_value(false);
  manager.mutable_stream_idle_timeout();  // 0s: long polls and streams are legitimate
  manager.add_upgrade_configs()->set_upgrade_type("websocket");
  SetPathNormalization(config, manager);
  if (proxy.http10) manager.mutable_http_protocol_options()->set_accept_http_10(true);
  *manager.mutable_access_log() = BuildAccessLogs(config);
  *manager.mutable_http_filters() = BuildHttpFilters(filters);
}

Filter NewFilter() {
  Filter filter;
  filter.set_name("envoy.filters.network.http_connection_manager");
  return filter;
}

Filter Wrap(const HttpConnectionManager& manager) {
  Filter filter = NewFilter();
  SetTypedConfig(manager, *filter.mutable_typed_config());
  return filter;
}

void FetchRoutes(const std::string& route_name, HttpConnectionManager& manager) {
  manager.mutable_rds()->set_route_config_name(route_name);
  SetAds(*manager.mutable_rds()->mutable_config_source());
}

HttpConnectionManager::ForwardClientCertDetails Forwarding(
    ProxyConfig::ForwardClientCertDetails details) {
  switch (details) {
    case ProxyConfig::SANITIZE:
      return HttpConnectionManager::SANITIZE;
    case ProxyConfig::FORWARD_ONLY:
      return HttpConnectionManager::FORWARD_ONLY;
    case ProxyConfig::APPEND_FORWARD:
      return HttpConnectionManager::APPEND_FORWARD;
    case ProxyConfig::ALWAYS_FORWARD_ONLY:
      return HttpConnectionManager::ALWAYS_FORWARD_ONLY;
    default:
      return HttpConnectionManager::SANITIZE_SET;
  }
}

google::protobuf::Any PackGatewayCommon(const MeshConfig& config, const ProxyClass& proxy,
                                        bool grpc_web) {
  const auto& topology = config.default_config().gateway_topology();
  MessageSpace space;
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy, {.grpc_web = grpc_web}, manager);
  manager.set_server_name("istio-envoy");
  // Whoever connects at the edge is the client, unless so many proxies stand
  // in front.
  manager.mutable_use_remote_address()->set_value(true);
  manager.set_xff_num_trusted_hops(topology.num_trusted_proxies());
  manager.set_forward_client_cert_details(Forwarding(topology.forward_client_cert_details()));
  auto& details = *manager.mutable_set_current_client_cert_details();
  details.mutable_subject()->set_value(true);
  details.set_cert(true);
  details.set_dns(true);
  details.set_uri(true);
  return TypedConfig(manager);
}

}  // namespace

Filter BuildInboundHttp(const MeshConfig& config, const ProxyClass& proxy,
                        absl::string_view stat_prefix, const InboundRouteOptions& routes,
                        bool grpc_web) {
  MessageSpace space;
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy, {.grpc_web = grpc_web}, manager);
  SetStatPrefix(stat_prefix, manager);
  SetInboundRoutes(routes, *manager.mutable_route_config());
  manager.set_server_name("istio-envoy");
  manager.set_forward_client_cert_details(HttpConnectionManager::APPEND_FORWARD);
  auto& details = *manager.mutable_set_current_client_cert_details();
  details.mutable_subject()->set_value(true);
  details.set_dns(true);
  details.set_uri(true);
  return Wrap(manager);
}

Filter BuildOutboundHttp(const MeshConfig& config, const ProxyClass& proxy,
                         const HttpConnectionManagerOptions& options) {
  MessageSpace space;
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy,
            {.grpc_web = options.grpc_web, .on_demand_hosts = options.on_demand_hosts}, manager);
  SetStatPrefix(options.stat_prefix, manager);
  FetchRoutes(options.route_name, manager);
  return Wrap(manager);
}

GatewayHttp::GatewayHttp(const MeshConfig& config, const ProxyClass& proxy)
    : own_(std::make_unique<HttpConnectionManager>()),
      packed_(PackGatewayCommon(config, proxy, false)),
      packed_with_grpc_web_(PackGatewayCommon(config, proxy, true)) {
  FetchRoutes("", *own_);
}

GatewayHttp::~GatewayHttp() = default;

// Fields may stand in any order on the wire, so the packed ones need no
// repacking. None of those set here may be among them.
Filter GatewayHttp::Build(const HttpConnectionManagerOptions& options) {
  SetStatPrefix(options.stat_prefix, *own_);
  own_->mutable_rds()->set_route_config_name(options.route_name);
  const auto& shared = options.grpc_web ? packed_with_grpc_web_ : packed_;
  Filter filter = NewFilter();
  auto& config = *filter.mutable_typed_config();
  config.set_type_url(shared.type_url());
  std::string& value = *config.mutable_value();
  value.reserve(shared.value().size() + own_->ByteSizeLong());
  value = shared.value();
  own_->AppendToString(&value);
  return filter;
}

}  // namespace binnacle::translator
