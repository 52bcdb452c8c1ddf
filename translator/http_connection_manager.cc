#include "translator/http_connection_manager.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "translator/access_log.h"
#include "translator/config_source.h"
#include "translator/field_bytes.h"
#include "translator/http_filters.h"
#include "translator/message_space.h"
#include "translator/serialize.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::filters::network::http_connection_manager::v3::Rds;
using policy::v1::MeshConfig;
using policy::v1::ProxyConfig;

namespace {

constexpr int kFilterConfig = 4;  // field of Filter

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
std::string StatPrefix(absl::string_view written) { return absl::StrCat(written, ";"); }

// All of it that stands behind the filters and is the same everywhere.
void SetCommon(const MeshConfig& config, const ProxyClass& proxy, HttpConnectionManager& manager) {
  manager.mutable_use_remote_address()->set_value(false);
  manager.mutable_stream_idle_timeout();  // 0s: long polls and streams are legitimate
  manager.add_upgrade_configs()->set_upgrade_type("websocket");
  SetPathNormalization(config, manager);
  if (proxy.http10) manager.mutable_http_protocol_options()->set_accept_http_10(true);
  *manager.mutable_access_log() = BuildAccessLogs(config);
}

// The Filter, from the manager in pieces.
std::string Wrap(absl::string_view before, HttpFilterOptions filters, absl::string_view after) {
  static const std::string& type_url =
      *new std::string(TypeUrlOf(HttpConnectionManager::default_instance()));
  return NamedConfig("envoy.filters.network.http_connection_manager", kFilterConfig, type_url,
                     absl::StrCat(before, SerializedHttpFilters(filters), after));
}

// What of a manager stands ahead of its filters: the name of its statistics and
// where its routes come from.
std::string FetchingRoutes(absl::string_view statistics, absl::string_view route_name) {
  static const std::string& ads = *new std::string(Serialize(AdsConfigSource()));
  std::string bytes;
  AppendText(HttpConnectionManager::kStatPrefixFieldNumber, statistics, bytes);
  AppendHeader(HttpConnectionManager::kRdsFieldNumber,
               FieldSize(Rds::kConfigSourceFieldNumber, ads.size()) +
                   TextSize(Rds::kRouteConfigNameFieldNumber, route_name),
               bytes);
  AppendField(Rds::kConfigSourceFieldNumber, ads, bytes);
  AppendText(Rds::kRouteConfigNameFieldNumber, route_name, bytes);
  return bytes;
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

// With blanks for the prefix of its statistics and the name of its routes.
MessageForm GatewayForm(const MeshConfig& config, const ProxyClass& proxy, bool grpc_web) {
  const auto& topology = config.default_config().gateway_topology();
  MessageSpace space;
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy, manager);
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
  // What is its own stands last, so that proxies keep what they have from
  // servers that always wrote it so.
  return MessageForm(Wrap("", {.grpc_web = grpc_web},
                          absl::StrCat(Serialize(manager), FetchingRoutes(MessageForm::Blank(0),
                                                                          MessageForm::Blank(1)))));
}

}  // namespace

std::string BuildInboundHttp(const MeshConfig& config, const ProxyClass& proxy,
                             absl::string_view stat_prefix, const InboundRouteOptions& routes,
                             bool grpc_web) {
  MessageSpace space;
  std::string own;
  AppendText(HttpConnectionManager::kStatPrefixFieldNumber, StatPrefix(stat_prefix), own);
  AppendField(HttpConnectionManager::kRouteConfigFieldNumber, SerializedInboundRoutes(routes), own);
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy, manager);
  manager.set_server_name("istio-envoy");
  manager.set_forward_client_cert_details(HttpConnectionManager::APPEND_FORWARD);
  auto& details = *manager.mutable_set_current_client_cert_details();
  details.mutable_subject()->set_value(true);
  details.set_dns(true);
  details.set_uri(true);
  return Wrap(own, {.grpc_web = grpc_web}, Serialize(manager));
}

std::string BuildOutboundHttp(const MeshConfig& config, const ProxyClass& proxy,
                              const HttpConnectionManagerOptions& options) {
  MessageSpace space;
  auto& manager = space.New<HttpConnectionManager>();
  SetCommon(config, proxy, manager);
  return Wrap(FetchingRoutes(StatPrefix(options.stat_prefix), options.route_name),
              {.grpc_web = options.grpc_web, .on_demand_hosts = options.on_demand_hosts},
              Serialize(manager));
}

GatewayHttp::GatewayHttp(const MeshConfig& config, const ProxyClass& proxy)
    : form_(GatewayForm(config, proxy, false)),
      form_with_grpc_web_(GatewayForm(config, proxy, true)) {}

std::string GatewayHttp::Build(const HttpConnectionManagerOptions& options) const {
  const MessageForm& form = options.grpc_web ? form_with_grpc_web_ : form_;
  return form.Fill({StatPrefix(options.stat_prefix), options.route_name});
}

}  // namespace binnacle::translator
