#include "translator/grpc_route.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "translator/cors_policy.h"
#include "translator/fault.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteMatch;

constexpr uint32_t kNotFound = 404;

bool TellsFromRpc(const RouteMatch& match) {
  return match.query_parameters().empty() && match.dynamic_metadata().empty();
}

// Not every library knows string_match.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void UseOlderForm(HeaderMatcher& matcher) {
  if (!matcher.has_string_match()) return;
  const auto match = matcher.string_match();
  if (match.has_prefix()) {
    matcher.set_prefix_match(match.prefix());
  } else if (match.has_safe_regex()) {
    *matcher.mutable_safe_regex_match() = match.safe_regex();
  } else {
    matcher.set_exact_match(match.exact());
  }
}

// gRPC heeds max_stream_duration alone. Absent, an RPC's own deadline counts.
void MoveTimeout(RouteAction& action) {
  const auto timeout = action.timeout();
  action.clear_timeout();
  action.clear_max_grpc_timeout();
  if (timeout.seconds() == 0 && timeout.nanos() == 0) return;
  *action.mutable_max_stream_duration()->mutable_max_stream_duration() = timeout;
}
#pragma GCC diagnostic pop

void FailInstead(absl::string_view service_cluster, Route& route) {
  const uint32_t status =
      route.has_direct_response() ? route.direct_response().status() : kNotFound;
  route.mutable_route()->set_cluster(std::string(service_cluster));
  // No status that a proxy would call a success makes an RPC's answer.
  SetTotalAbort(status < 300 ? kNotFound : status, route);
}

void Adapt(absl::string_view service_cluster, Route& route) {
  for (HeaderMatcher& matcher : *route.mutable_match()->mutable_headers()) UseOlderForm(matcher);
  route.mutable_typed_per_filter_config()->erase(std::string(kCorsFilter));
  if (!route.has_route()) return FailInstead(service_cluster, route);
  MoveTimeout(*route.mutable_route());
  route.mutable_route()->clear_request_mirror_policies();
}

}  // namespace

void AdaptToGrpc(absl::string_view service_cluster,
                 google::protobuf::RepeatedPtrField<Route>& routes) {
  auto kept = std::remove_if(routes.begin(), routes.end(),
                             [](const Route& route) { return !TellsFromRpc(route.match()); });
  routes.erase(kept, routes.end());
  for (Route& route : routes) Adapt(service_cluster, route);
}

}  // namespace binnacle::translator
