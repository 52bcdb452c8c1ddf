#include "translator/operation_name.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "translator/cluster_name.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteMatch;

struct PathText {
  absl::string_view text;
  absl::string_view suffix;
};

PathText PathOf(const RouteMatch& match) {
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return {match.prefix(), "*"};
    case RouteMatch::kPath:
      return {match.path(), ""};
    case RouteMatch::kSafeRegex:
      return {match.safe_regex().regex(), ""};
    default:
      return {"/", "*"};
  }
}

}  // namespace

std::string ServiceOperationName(absl::string_view host, uint32_t port) {
  return absl::StrCat(host, ":", port, "/*");
}

void SetOperationName(absl::string_view fallback, uint32_t port, Route& route) {
  const PathText path = PathOf(route.match());
  const auto target = ParseOutboundClusterName(route.route().cluster());
  const absl::string_view host = target.has_value() ? target->host : fallback;
  const uint32_t number = target.has_value() ? target->port : port;
  route.mutable_decorator()->set_operation(absl::StrCat(host, ":", number, path.text, path.suffix));
}

}  // namespace binnacle::translator
