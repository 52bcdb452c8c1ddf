#include "translator/route_match.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

envoy::config::route::v3::RouteMatch Match(const char* json) {
  envoy::config::route::v3::RouteMatch match;
  SetRouteMatch(Said<policy::v1::HttpMatchRequest>(json), match);
  return match;
}

}  // namespace

TEST_CASE("paths are matched whole, by prefix or by regex") {
  CHECK(Shown(Match(R"({"uri": {"exact": "/a"}})")) ==
        "path: \"/a\" case_sensitive { value: true }");
  CHECK(Shown(Match(R"({"uri": {"prefix": "/a"}, "ignoreUriCase": true})")) ==
        "prefix: \"/a\" case_sensitive { }");
  CHECK(Match(R"({"uri": {"regex": "/a.*"}})").safe_regex().regex() == "/a.*");
  CHECK(Match(R"({"uri": {"regex": "*"}})").prefix() == "/");
}

TEST_CASE("query parameters stand in order of name") {
  const auto match = Match(R"({"queryParams": {"z": {}, "a": {"exact": ""}}})");
  REQUIRE(match.query_parameters_size() == 2);
  CHECK(Shown(match.query_parameters(0)) == "name: \"a\" string_match { exact: \"\" }");
  CHECK(Shown(match.query_parameters(1)) == "name: \"z\" present_match: true");
}

TEST_CASE("only a match without any condition takes everything") {
  for (const char* json : {"{}", R"({"uri": {"prefix": "/"}})", R"({"uri": {"prefix": ""}})",
                           R"({"uri": {"regex": "*"}})"}) {
    CAPTURE(json);
    CHECK(IsCatchAll(Match(json)));
  }
  for (const char* json :
       {R"({"uri": {"prefix": "/a"}})", R"({"uri": {"exact": "/"}})", R"({"headers": {"a": {}}})",
        R"({"queryParams": {"a": {}}})", R"({"method": {"exact": "GET"}})",
        R"({"headers": {"@request.auth.claims.a": {}}})"}) {
    CAPTURE(json);
    CHECK_FALSE(IsCatchAll(Match(json)));
  }
}

}  // namespace binnacle::translator
