#include "translator/route_match.h"

#include <map>

#include "absl/strings/string_view.h"
#include "translator/claim_match.h"
#include "translator/header_match.h"
#include "translator/string_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteMatch;
using policy::v1::HttpMatchRequest;
using policy::v1::StringMatch;

void SetPath(const HttpMatchRequest& match, RouteMatch& route_match) {
  const StringMatch& uri = match.uri();
  switch (uri.match_type_case()) {
    case StringMatch::kExact:
      route_match.set_path(uri.exact());
      break;
    case StringMatch::kPrefix:
      route_match.set_prefix(uri.prefix());
      break;
    case StringMatch::kRegex:
      if (AsksOnlyPresence(uri)) return SetCatchAllMatch(route_match);
      route_match.mutable_safe_regex()->set_regex(uri.regex());
      break;
    case StringMatch::MATCH_TYPE_NOT_SET:
      return SetCatchAllMatch(route_match);
  }
}

void SetQueryParameters(const HttpMatchRequest& match, RouteMatch& route_match) {
  std::map<absl::string_view, const StringMatch*> wanted;  // a protobuf map has no order
  for (const auto& [name, value] : match.query_params()) wanted.emplace(name, &value);
  for (const auto& [name, value] : wanted) {
    auto& matcher = *route_match.add_query_parameters();
    matcher.set_name(std::string(name));
    if (AsksOnlyPresence(*value)) {
      matcher.set_present_match(true);
    } else {
      SetStringMatcher(*value, *matcher.mutable_string_match());
    }
  }
}

}  // namespace

void SetRouteMatch(const HttpMatchRequest& match, RouteMatch& route_match) {
  SetPath(match, route_match);
  // Envoy heeds it for paths and prefixes alone, as the policy promises.
  route_match.mutable_case_sensitive()->set_value(!match.ignore_uri_case());
  SetHeaderMatchers(match, route_match);
  SetQueryParameters(match, route_match);
  SetClaimMatchers(match, route_match);
}

void SetCatchAllMatch(RouteMatch& route_match) { route_match.set_prefix("/"); }

bool IsCatchAll(const RouteMatch& match) {
  return match.path_specifier_case() == RouteMatch::kPrefix &&
         (match.prefix() == "/" || match.prefix().empty()) && match.headers().empty() &&
         match.query_parameters().empty() && match.dynamic_metadata().empty();
}

}  // namespace binnacle::translator
