#include "translator/route_match.h"

#include "tests/translator/each_field.h"
#include "tests/translator/route_mesh.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

envoy::config::route::v3::RouteMatch Match(const char* json) {
  envoy::config::route::v3::RouteMatch match;
  SetRouteMatch(Said<policy::v1::HttpMatchRequest>(json), match);
  return match;
}

MatchBytes Bytes(const policy::v1::HttpMatchRequest& match) {
  MatchBytes bytes;
  bytes.message = "left from another match";
  bytes.Set(match);
  return bytes;
}

bool TakesAll(const char* json) {
  return Bytes(Said<policy::v1::HttpMatchRequest>(json)).takes_all;
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
    CHECK(TakesAll(json));
  }
  for (const char* json :
       {R"({"uri": {"prefix": "/a"}})", R"({"uri": {"exact": "/"}})", R"({"headers": {"a": {}}})",
        R"({"queryParams": {"a": {}}})", R"({"method": {"exact": "GET"}})",
        R"({"headers": {"@request.auth.claims.a": {}}})"}) {
    CAPTURE(json);
    CHECK_FALSE(TakesAll(json));
  }
}

TEST_CASE("a match written by hand is what protobuf writes, whatever is set in it") {
  for (const char* json :
       {"{}", R"({"uri": {}})", R"({"uri": {"prefix": ""}})", R"({"uri": {"prefix": "/"}})",
        R"({"uri": {"prefix": "/a"}})", R"({"uri": {"exact": ""}})", R"({"uri": {"exact": "/a"}})",
        R"({"uri": {"regex": ""}})", R"({"uri": {"regex": "*"}})",
        R"({"uri": {"regex": "/a.*"}})"}) {
    CAPTURE(json);
    const auto plain = Said<policy::v1::HttpMatchRequest>(json);
    const auto check = [](const policy::v1::HttpMatchRequest& match) {
      envoy::config::route::v3::RouteMatch message;
      SetRouteMatch(match, message);
      CHECK(Bytes(match).message == Serialize(message));
    };
    check(plain);
    ForEachField<policy::v1::HttpMatchRequest>(plain, check);
    auto longer = plain;
    if (!longer.uri().prefix().empty()) longer.mutable_uri()->set_prefix(std::string(300, '/'));
    check(longer);
  }
  envoy::config::route::v3::RouteMatch all;
  SetCatchAllMatch(all);
  CHECK(MatchBytes::OfAll().message == Serialize(all));
}

}  // namespace binnacle::translator
