#include "translator/header_match.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "translator/claim_match.h"
#include "translator/string_match.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::RouteMatch;
using policy::v1::HttpMatchRequest;
using policy::v1::StringMatch;

void SetMatcher(const std::string& name, const StringMatch& match, HeaderMatcher& matcher) {
  matcher.set_name(name);
  if (AsksOnlyPresence(match)) {
    matcher.set_present_match(true);
  } else {
    SetStringMatcher(match, *matcher.mutable_string_match());
  }
}

struct Wanted {
  const std::string* name;
  const StringMatch* match;
  bool without;
};

// A map has no order of its own, and unchanged input must give unchanged bytes.
std::vector<Wanted> InOrder(const HttpMatchRequest& match) {
  std::vector<Wanted> wanted;
  wanted.reserve(match.headers_size() + match.without_headers_size());
  for (const auto& [name, value] : match.headers()) wanted.push_back({&name, &value, false});
  for (const auto& [name, value] : match.without_headers()) wanted.push_back({&name, &value, true});
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
    return std::pair(std::string_view(*a.name), a.without) <
           std::pair(std::string_view(*b.name), b.without);
  });
  return wanted;
}

}  // namespace

void SetHeaderMatchers(const HttpMatchRequest& match, RouteMatch& route_match) {
  for (const Wanted& wanted : InOrder(match)) {
    if (IsClaim(*wanted.name)) continue;
    HeaderMatcher& matcher = *route_match.add_headers();
    SetMatcher(*wanted.name, *wanted.match, matcher);
    if (!wanted.without) continue;
    matcher.set_invert_match(true);
    // A request without the header has not got the unwanted value either; an
    // inverted matcher would refuse it.
    if (!matcher.has_present_match()) matcher.set_treat_missing_header_as_empty(true);
  }
  if (match.has_method()) SetMatcher(":method", match.method(), *route_match.add_headers());
  if (match.has_authority()) {
    SetMatcher(":authority", match.authority(), *route_match.add_headers());
  }
  if (match.has_scheme()) SetMatcher(":scheme", match.scheme(), *route_match.add_headers());
}

}  // namespace binnacle::translator
