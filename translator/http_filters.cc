#include "translator/http_filters.h"

#include <array>
#include <string>

#include "absl/strings/string_view.h"
#include "envoy/extensions/filters/http/cors/v3/cors.pb.h"
#include "envoy/extensions/filters/http/fault/v3/fault.pb.h"
#include "envoy/extensions/filters/http/grpc_stats/v3/config.pb.h"
#include "envoy/extensions/filters/http/grpc_web/v3/grpc_web.pb.h"
#include "envoy/extensions/filters/http/on_demand/v3/on_demand.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "translator/serialize.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

namespace http = envoy::extensions::filters::http;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

void Add(absl::string_view name, const google::protobuf::Message& config, HttpFilters& filters) {
  auto& filter = *filters.Add();
  filter.set_name(std::string(name));
  *filter.mutable_typed_config() = TypedConfig(config);
}

http::grpc_stats::v3::FilterConfig GrpcStats() {
  http::grpc_stats::v3::FilterConfig config;
  config.set_emit_filter_state(true);
  // Method names come from clients, and each would be a statistic for ever.
  config.mutable_stats_for_all_methods()->set_value(false);
  return config;
}

std::string Build(HttpFilterOptions options) {
  HttpConnectionManager manager;
  HttpFilters& filters = *manager.mutable_http_filters();
  // First: what the others do, the route says.
  if (options.on_demand_hosts) {
    Add("envoy.filters.http.on_demand", http::on_demand::v3::OnDemand(), filters);
  }
  if (options.grpc_web) Add("envoy.filters.http.grpc_web", http::grpc_web::v3::GrpcWeb(), filters);
  Add("envoy.filters.http.grpc_stats", GrpcStats(), filters);
  Add("envoy.filters.http.fault", http::fault::v3::HTTPFault(), filters);
  Add("envoy.filters.http.cors", http::cors::v3::Cors(), filters);
  Add("envoy.filters.http.router", http::router::v3::Router(), filters);
  return Serialize(manager);
}

}  // namespace

const std::string& SerializedHttpFilters(HttpFilterOptions options) {
  static const auto& serialized = *new std::array<std::string, 4>{
      Build({}), Build({.grpc_web = true}), Build({.on_demand_hosts = true}),
      Build({.grpc_web = true, .on_demand_hosts = true})};
  return serialized[(options.grpc_web ? 1 : 0) + (options.on_demand_hosts ? 2 : 0)];
}

HttpFilters BuildProxylessHttpFilters() {
  HttpFilters filters;
  Add("envoy.filters.http.fault", http::fault::v3::HTTPFault(), filters);
  filters.rbegin()->set_is_optional(true);  // old libraries do without
  Add("envoy.filters.http.router", http::router::v3::Router(), filters);
  return filters;
}

}  // namespace binnacle::translator
