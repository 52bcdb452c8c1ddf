#include "translator/inbound_routes.h"

#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"
#include "translator/message_form.h"
#include "translator/operation_name.h"

namespace binnacle::translator {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteConfiguration;

namespace {

// A request that the application reset before it read anything of it is safe
// to send again: it closed an idle connection just then.
constexpr uint32_t kRetries = 2;

// The texts of a form, by index.
enum Text : size_t { kCluster, kHost, kOperation };

void GoToCluster(bool grpc, RouteAction& action) {
  action.set_cluster(MessageForm::Blank(kCluster));
  action.mutable_timeout();  // 0s: whoever calls knows how long to wait
  action.mutable_max_stream_duration()->mutable_max_stream_duration();
  action.mutable_max_stream_duration()->mutable_grpc_timeout_header_max();
  if (!grpc) {
    action.mutable_retry_policy()->set_retry_on("reset-before-request");
    action.mutable_retry_policy()->mutable_num_retries()->set_value(kRetries);
  }
}

MessageForm FormOf(bool grpc, bool traced) {
  RouteConfiguration routes;
  routes.set_name(MessageForm::Blank(kCluster));
  routes.mutable_validate_clusters()->set_value(false);
  auto& host = *routes.add_virtual_hosts();
  host.set_name(MessageForm::Blank(kHost));
  host.add_domains("*");
  Route& route = *host.add_routes();
  route.set_name("default");
  route.mutable_match()->set_prefix("/");
  GoToCluster(grpc, *route.mutable_route());
  if (traced) route.mutable_decorator()->set_operation(MessageForm::Blank(kOperation));
  return MessageForm(routes);
}

}  // namespace

std::string SerializedInboundRoutes(const InboundRouteOptions& options) {
  // No setting bears on them.
  static const auto& forms = *new std::array<MessageForm, 4>{
      FormOf(false, false), FormOf(true, false), FormOf(false, true), FormOf(true, true)};
  const bool traced = !options.host.empty();
  const std::string host = absl::StrCat("inbound|http|", options.service_port);
  const std::string operation =
      traced ? absl::StrCat(OperationOf("", options.host, options.service_port), "/*") : "";
  return forms[(options.grpc ? 1 : 0) + (traced ? 2 : 0)].Fill({options.cluster, host, operation});
}

}  // namespace binnacle::translator
