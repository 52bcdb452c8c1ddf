#include "translator/inbound_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "translator/operation_name.h"

namespace binnacle::translator {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteConfiguration;

namespace {

// A request that the application reset before it read anything of it is safe
// to send again: it closed an idle connection just then.
constexpr uint32_t kRetries = 2;

void GoToCluster(const InboundRouteOptions& options, RouteAction& action) {
  action.set_cluster(std::string(options.cluster));
  action.mutable_timeout();  // 0s: whoever calls knows how long to wait
  action.mutable_max_stream_duration()->mutable_max_stream_duration();
  action.mutable_max_stream_duration()->mutable_grpc_timeout_header_max();
  if (!options.grpc) {
    action.mutable_retry_policy()->set_retry_on("reset-before-request");
    action.mutable_retry_policy()->mutable_num_retries()->set_value(kRetries);
  }
}

}  // namespace

void SetInboundRoutes(const InboundRouteOptions& options, RouteConfiguration& routes) {
  routes.set_name(std::string(options.cluster));
  routes.mutable_validate_clusters()->set_value(false);
  auto& host = *routes.add_virtual_hosts();
  host.set_name(absl::StrCat("inbound|http|", options.service_port));
  host.add_domains("*");
  Route& route = *host.add_routes();
  route.set_name("default");
  route.mutable_match()->set_prefix("/");
  GoToCluster(options, *route.mutable_route());
  if (options.host.empty()) return;
  route.mutable_decorator()->set_operation(
      absl::StrCat(OperationOf("", options.host, options.service_port), "/*"));
}

}  // namespace binnacle::translator
