#include "agent/bootstrap.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "agent/secret_resource.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace binnacle::agent {
namespace {

using Json = nlohmann::ordered_json;

// Envoy's own limit for a regular expression is small enough that sound ones
// are refused, and a whole route configuration with them.
constexpr int kMaxRegexProgram = 32768;

Json SocketAddress(const HostPort& address) {
  return {{"socket_address", {{"address", address.host}, {"port_value", address.port}}}};
}

Json Endpoints(const std::string& cluster, Json address) {
  Json endpoint = {{"endpoint", {{"address", std::move(address)}}}};
  return {{"cluster_name", cluster},
          {"endpoints", Json::array({{{"lb_endpoints", Json::array({std::move(endpoint)})}}})}};
}

// HTTP/2, and a dead peer is noticed.
Json Http2() {
  constexpr char kName[] = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  Json options = {{"@type", absl::StrCat("type.googleapis.com/", kName)},
                  {"explicit_http_config",
                   {{"http2_protocol_options",
                     {{"connection_keepalive", {{"interval", "30s"}, {"timeout", "10s"}}}}}}}};
  return {{kName, std::move(options)}};
}

Json GrpcService(const std::string& cluster) {
  // Back soon after the other side is.
  return {{"envoy_grpc",
           {{"cluster_name", cluster},
            {"retry_policy",
             {{"retry_back_off", {{"base_interval", "0.1s"}, {"max_interval", "1s"}}}}}}}};
}

Json FromAgent(absl::string_view secret) {
  return {{"name", std::string(secret)},
          {"sds_config",
           {{"api_config_source",
             {{"api_type", "GRPC"},
              {"transport_api_version", "V3"},
              {"set_node_on_first_message_only", true},
              {"grpc_services", Json::array({GrpcService("sds-grpc")})}}},
            {"resource_api_version", "V3"},
            {"initial_fetch_timeout", "0s"}}}};
}

Json MutualTls(const std::string& server_name) {
  const Json name = {{"san_type", "DNS"}, {"matcher", {{"exact", server_name}}}};
  return {{"name", "envoy.transport_sockets.tls"},
          {"typed_config",
           {{"@type",
             "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"},
            {"sni", server_name},
            {"common_tls_context",
             {{"tls_params", {{"tls_minimum_protocol_version", "TLSv1_2"}}},
              {"alpn_protocols", Json::array({"h2"})},
              {"tls_certificate_sds_secret_configs", Json::array({FromAgent(kOwnCertificate)})},
              {"combined_validation_context",
               {{"default_validation_context",
                 {{"match_typed_subject_alt_names", Json::array({name})}}},
                {"validation_context_sds_secret_config", FromAgent(kTrustedRoots)}}}}}}}};
}

Json ControlPlaneCluster(const ServerAddress& server) {
  const bool is_ip = IsIpAddress(server.address.host);
  Json cluster = {{"name", "xds-grpc"}, {"type", is_ip ? "STATIC" : "STRICT_DNS"}};
  // A name such as localhost may have addresses that nobody listens on.
  if (!is_ip) cluster["dns_lookup_family"] = "ALL";
  cluster["connect_timeout"] = "5s";
  cluster["typed_extension_protocol_options"] = Http2();
  cluster["transport_socket"] = MutualTls(server.name);
  cluster["load_assignment"] = Endpoints("xds-grpc", SocketAddress(server.address));
  return cluster;
}

Json AgentCluster(const std::string& socket) {
  return {{"name", "sds-grpc"},
          {"type", "STATIC"},
          {"connect_timeout", "1s"},
          {"typed_extension_protocol_options", Http2()},
          {"load_assignment", Endpoints("sds-grpc", {{"pipe", {{"path", socket}}}})}};
}

Json AdminCluster(const HostPort& admin) {
  return {{"name", "prometheus_stats"},
          {"type", "STATIC"},
          {"connect_timeout", "1s"},
          {"load_assignment", Endpoints("prometheus_stats", SocketAddress(admin.FromHere()))}};
}

// The admin interface listens on loopback; of all it can do, this shows
// metrics alone.
Json MetricsListener(const HostPort& address) {
  const Json route = {{"match", {{"path", "/stats/prometheus"}}},
                      {"route", {{"cluster", "prometheus_stats"}}}};
  const Json host = {
      {"name", "backend"}, {"domains", Json::array({"*"})}, {"routes", Json::array({route})}};
  const Json router = {
      {"name", "envoy.filters.http.router"},
      {"typed_config",
       {{"@type", "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}}};
  const Json manager = {
      {"@type",
       "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
       "HttpConnectionManager"},
      {"stat_prefix", "stats"},
      {"route_config", {{"virtual_hosts", Json::array({host})}}},
      {"http_filters", Json::array({router})}};
  const Json filter = {{"name", "envoy.filters.network.http_connection_manager"},
                       {"typed_config", manager}};
  return {{"name", "prometheus"},
          {"address", SocketAddress(address)},
          {"filter_chains", Json::array({{{"filters", Json::array({filter})}}})}};
}

Json DynamicResources() {
  const Json ads = {
      {"ads", Json::object()}, {"initial_fetch_timeout", "0s"}, {"resource_api_version", "V3"}};
  return {{"lds_config", ads},
          {"cds_config", ads},
          {"ads_config",
           {{"api_type", "DELTA_GRPC"},
            {"transport_api_version", "V3"},
            {"set_node_on_first_message_only", true},
            {"grpc_services", Json::array({GrpcService("xds-grpc")})}}}};
}

absl::StatusOr<Json> NodeJson(const Identity& identity, bool on_demand_hosts) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto written =
      google::protobuf::util::MessageToJsonString(ProxyNode(identity), &text, options);
  if (!written.ok()) return absl::InternalError(written.ToString());
  Json node = Json::parse(text);
  if (on_demand_hosts) node["metadata"]["BINNACLE_ON_DEMAND_HOSTS"] = "true";
  return node;
}

}  // namespace

absl::StatusOr<std::string> Bootstrap(const BootstrapParts& parts) {
  auto node = NodeJson(parts.identity, parts.on_demand_hosts);
  if (!node.ok()) return node.status();
  const Json layer = {{"name", "binnacle"},
                      {"static_layer", {{"re2.max_program_size.error_level", kMaxRegexProgram}}}};
  const Json bootstrap = {
      {"node", *std::move(node)},
      {"admin", {{"address", SocketAddress(parts.admin)}}},
      {"layered_runtime", {{"layers", Json::array({layer})}}},
      {"dynamic_resources", DynamicResources()},
      {"static_resources",
       {{"listeners", Json::array({MetricsListener(parts.metrics)})},
        {"clusters", Json::array({AgentCluster(parts.sds_socket), ControlPlaneCluster(parts.server),
                                  AdminCluster(parts.admin)})}}}};
  return bootstrap.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace binnacle::agent
