#include "translator/claim_match.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "envoy/type/matcher/v3/metadata.pb.h"
#include "translator/string_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteMatch;
using envoy::type::matcher::v3::MetadataMatcher;
using envoy::type::matcher::v3::ValueMatcher;
using policy::v1::StringMatch;

constexpr absl::string_view kClaims = "@request.auth.claims";

// "[a][b]" -> a, b; ".a.b" -> a, b.
std::vector<std::string> ClaimPath(absl::string_view header_name) {
  absl::string_view rest = header_name.substr(kClaims.size());
  if (absl::StartsWith(rest, ".")) return absl::StrSplit(rest.substr(1), '.');
  std::vector<std::string> path;
  while (absl::StartsWith(rest, "[")) {
    const size_t end = rest.find(']');
    if (end == absl::string_view::npos) break;
    path.emplace_back(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
  }
  return path;
}

// A claim is a text or a list of texts; one that matches suffices.
void SetValue(const StringMatch& match, ValueMatcher& value) {
  if (AsksOnlyPresence(match)) {
    value.set_present_match(true);
    return;
  }
  auto& either = *value.mutable_or_match();
  SetStringMatcher(
      match,
      *either.add_value_matchers()->mutable_list_match()->mutable_one_of()->mutable_string_match());
  SetStringMatcher(match, *either.add_value_matchers()->mutable_string_match());
}

void AddMatcher(absl::string_view name, const StringMatch& match, bool without,
                RouteMatch& route_match) {
  const std::vector<std::string> path = ClaimPath(name);
  MetadataMatcher& matcher = *route_match.add_dynamic_metadata();
  matcher.set_filter("envoy.filters.http.jwt_authn");
  matcher.add_path()->set_key("payload");
  for (const std::string& key : path) matcher.add_path()->set_key(key);
  SetValue(match, *matcher.mutable_value());
  if (without) matcher.set_invert(true);
}

template <typename Map>
void AddMatchers(const Map& headers, bool without, RouteMatch& route_match) {
  std::map<absl::string_view, const StringMatch*> claims;  // a protobuf map has no order
  for (const auto& [name, match] : headers) {
    if (IsClaim(name)) claims.emplace(name, &match);
  }
  for (const auto& [name, match] : claims) AddMatcher(name, *match, without, route_match);
}

}  // namespace

bool IsClaim(absl::string_view header_name) {
  return absl::StartsWith(header_name, kClaims) && header_name.size() > kClaims.size() &&
         (header_name[kClaims.size()] == '.' || header_name[kClaims.size()] == '[');
}

void SetClaimMatchers(const policy::v1::HttpMatchRequest& match, RouteMatch& route_match) {
  AddMatchers(match.headers(), false, route_match);
  AddMatchers(match.without_headers(), true, route_match);
}

}  // namespace binnacle::translator
