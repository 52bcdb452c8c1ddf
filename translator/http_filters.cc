#include "translator/http_filters.h"

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/extensions/filters/http/cors/v3/cors.pb.h"
#include "envoy/extensions/filters/http/fault/v3/fault.pb.h"
#include "envoy/extensions/filters/http/grpc_stats/v3/config.pb.h"
#include "envoy/extensions/filters/http/grpc_web/v3/grpc_web.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

namespace http = envoy::extensions::filters::http;

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

HttpFilters Build(bool grpc_web) {
  HttpFilters filters;
  if (grpc_web) Add("envoy.filters.http.grpc_web", http::grpc_web::v3::GrpcWeb(), filters);
  Add("envoy.filters.http.grpc_stats", GrpcStats(), filters);
  Add("envoy.filters.http.fault", http::fault::v3::HTTPFault(), filters);
  Add("envoy.filters.http.cors", http::cors::v3::Cors(), filters);
  Add("envoy.filters.http.router", http::router::v3::Router(), filters);
  return filters;
}

}  // namespace

const HttpFilters& BuildHttpFilters(bool grpc_web) {
  static const auto& plain = *new HttpFilters(Build(false));
  static const auto& with_grpc_web = *new HttpFilters(Build(true));
  return grpc_web ? with_grpc_web : plain;
}

HttpFilters BuildProxylessHttpFilters() {
  HttpFilters filters;
  Add("envoy.filters.http.fault", http::fault::v3::HTTPFault(), filters);
  filters.rbegin()->set_is_optional(true);  // old libraries do without
  Add("envoy.filters.http.router", http::router::v3::Router(), filters);
  return filters;
}

}  // namespace binnacle::translator
