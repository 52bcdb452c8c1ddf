#include "translator/route_match.h"

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/wrappers.pb.h"
#include "translator/claim_match.h"
#include "translator/field_bytes.h"
#include "translator/header_match.h"
#include "translator/message_space.h"
#include "translator/serialize.h"
#include "translator/string_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteMatch;
using policy::v1::HttpMatchRequest;
using policy::v1::StringMatch;

// What is said of the path, and in which field of a RouteMatch.
struct Path {
  absl::string_view text = "/";
  absl::string_view suffix = "*";  // of names
  int field = RouteMatch::kPrefixFieldNumber;
};

Path PathOf(const StringMatch& uri) {
  switch (uri.match_type_case()) {
    case StringMatch::kExact:
      return {uri.exact(), "", RouteMatch::kPathFieldNumber};
    case StringMatch::kPrefix:
      return {uri.prefix()};
    case StringMatch::kRegex:
      if (AsksOnlyPresence(uri)) break;
      return {uri.regex(), "", RouteMatch::kSafeRegexFieldNumber};
    case StringMatch::MATCH_TYPE_NOT_SET:
      break;
  }
  return {};
}

void SetPath(const Path& path, RouteMatch& route_match) {
  const std::string text(path.text);
  switch (path.field) {
    case RouteMatch::kPathFieldNumber:
      return route_match.set_path(text);
    case RouteMatch::kSafeRegexFieldNumber:
      return route_match.mutable_safe_regex()->set_regex(text);
    default:
      return route_match.set_prefix(text);
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

bool TakesAll(const Path& path) {
  return path.field == RouteMatch::kPrefixFieldNumber && (path.text == "/" || path.text.empty());
}

// Whether nothing but the path decides.
bool AsksOfPathAlone(const HttpMatchRequest& match) {
  return !match.has_scheme() && !match.has_method() && !match.has_authority() &&
         match.headers().empty() && match.without_headers().empty() && match.query_params().empty();
}

void AppendPathMatch(const Path& path, bool case_sensitive, std::string& out) {
  AppendField(path.field, path.text, out);
  AppendHeader(RouteMatch::kCaseSensitiveFieldNumber, case_sensitive ? 2 : 0, out);
  if (case_sensitive) AppendSmall(google::protobuf::BoolValue::kValueFieldNumber, 1, out);
}

}  // namespace

void SetRouteMatch(const HttpMatchRequest& match, RouteMatch& route_match) {
  SetPath(PathOf(match.uri()), route_match);
  // Envoy heeds it for paths and prefixes alone, as the policy promises.
  route_match.mutable_case_sensitive()->set_value(!match.ignore_uri_case());
  SetHeaderMatchers(match, route_match);
  SetQueryParameters(match, route_match);
  SetClaimMatchers(match, route_match);
}

void MatchBytes::Set(const HttpMatchRequest& match) {
  const Path said = PathOf(match.uri());
  path = said.text;
  suffix = said.suffix;
  if (AsksOfPathAlone(match) && said.field != RouteMatch::kSafeRegexFieldNumber) {
    message.clear();
    AppendPathMatch(said, !match.ignore_uri_case(), message);
    takes_all = TakesAll(said);
    return;
  }
  MessageSpace space;
  auto& route_match = space.New<RouteMatch>();
  SetRouteMatch(match, route_match);
  message = Serialize(route_match);
  takes_all = TakesAll(said) && route_match.headers().empty() &&
              route_match.query_parameters().empty() && route_match.dynamic_metadata().empty();
}

MatchBytes MatchBytes::OfAll() {
  const Path all;
  MatchBytes bytes{"", all.text, all.suffix, true};
  AppendField(all.field, all.text, bytes.message);
  return bytes;
}

void SetCatchAllMatch(RouteMatch& route_match) { route_match.set_prefix("/"); }

}  // namespace binnacle::translator
