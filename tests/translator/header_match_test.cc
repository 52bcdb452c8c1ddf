#include "translator/header_match.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

std::string Headers(const char* json) {
  envoy::config::route::v3::RouteMatch match;
  SetHeaderMatchers(Said<policy::v1::HttpMatchRequest>(json), match);
  return Shown(match);
}

}  // namespace

TEST_CASE("headers stand in order of name, method, authority and scheme behind them") {
  CHECK(Headers(R"({"scheme": {"exact": "http"}, "authority": {"exact": "a"},
                    "method": {"exact": "GET"}, "headers": {"b": {"prefix": "x"}, "a": {}}})") ==
        "headers { name: \"a\" present_match: true } "
        "headers { name: \"b\" string_match { prefix: \"x\" } } "
        "headers { name: \":method\" string_match { exact: \"GET\" } } "
        "headers { name: \":authority\" string_match { exact: \"a\" } } "
        "headers { name: \":scheme\" string_match { exact: \"http\" } }");
}

TEST_CASE("a request without the header has not got the unwanted value") {
  CHECK(Headers(R"({"withoutHeaders": {"a": {"exact": "1"}, "b": {}}})") ==
        "headers { name: \"a\" invert_match: true string_match { exact: \"1\" } "
        "treat_missing_header_as_empty: true } "
        "headers { name: \"b\" present_match: true invert_match: true }");
}

TEST_CASE("claims are no headers") {
  CHECK_THAT(Headers(R"({"headers": {"@request.auth.claims.group": {"exact": "admin"}}})"),
             Catch::Equals(""));
}

}  // namespace binnacle::translator
