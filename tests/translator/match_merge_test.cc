#include "translator/match_merge.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

using policy::v1::HttpMatchRequest;

Matches List(const std::vector<std::string>& json) {
  Matches matches;
  for (const auto& one : json) *matches.Add() = Said<HttpMatchRequest>(one);
  return matches;
}

// What remains of one match within another; "none" if nothing does.
std::string Merged(const std::string& root, const std::string& delegate) {
  Matches matches = List({delegate});
  if (!MergeMatches(List({root}), matches)) return "none";
  REQUIRE(matches.size() == 1);
  return Shown(matches[0]);
}

}  // namespace

TEST_CASE("the delegate's path must lie within the root's") {
  const std::string root = R"({"uri": {"prefix": "/a"}})";
  CHECK(Merged(root, R"({"uri": {"prefix": "/a/b"}})") == "uri { prefix: \"/a/b\" }");
  CHECK(Merged(root, R"({"uri": {"exact": "/ab"}})") == "uri { exact: \"/ab\" }");
  CHECK(Merged(root, R"({"uri": {"prefix": "/"}})") == "none");
  CHECK(Merged(root, R"({"uri": {"regex": "/a.*"}})") == "none");
  CHECK(Merged(R"({"uri": {"exact": "/a"}})", R"({"uri": {"prefix": "/a"}})") == "none");
  CHECK(Merged(R"({"uri": {"regex": "/a"}})", R"({"uri": {"regex": "/a"}})") ==
        "uri { regex: \"/a\" }");
}

TEST_CASE("a path that takes everything narrows nothing") {
  CHECK(Merged(R"({"uri": {"prefix": "/A"}, "ignoreUriCase": true})",
               R"({"uri": {"prefix": ""}})") == "uri { prefix: \"/A\" } ignore_uri_case: true");
  CHECK(Merged(R"({"uri": {"prefix": "/a"}, "ignoreUriCase": true})",
               R"({"uri": {"prefix": "/a/b"}})") == "none");
}

TEST_CASE("conditions on different things add up") {
  CHECK(Merged(R"({"name": "r", "method": {"exact": "GET"}, "port": 80})",
               R"({"name": "d", "scheme": {"exact": "http"}, "sourceNamespace": "x"})") ==
        "name: \"r-d\" scheme { exact: \"http\" } method { exact: \"GET\" } port: 80 "
        "source_namespace: \"x\"");
  CHECK(Merged(R"({"port": 80})", R"({"port": 81})") == "none");
  CHECK(Merged(R"({"sourceLabels": {"a": "1"}})", R"({"sourceLabels": {"a": "2"}})") == "none");
}

TEST_CASE("of headers that must be absent the wider condition counts") {
  CHECK(Merged(R"({"withoutHeaders": {"a": {"prefix": "x"}}})",
               R"({"withoutHeaders": {"a": {"exact": "xy"}}})") ==
        "without_headers { key: \"a\" value { prefix: \"x\" } }");
  CHECK(
      Merged(R"({"headers": {"a": {"prefix": "x"}}})", R"({"headers": {"a": {"exact": "xy"}}})") ==
      "headers { key: \"a\" value { exact: \"xy\" } }");
}

TEST_CASE("gateways that both name remain") {
  CHECK(Merged(R"({"gateways": ["a/b", "mesh"]})", R"({"gateways": ["mesh", "c/d"]})") ==
        "gateways: \"mesh\"");
  CHECK(Merged(R"({"gateways": ["a/b"]})", R"({"gateways": ["c/d"]})") == "none");
}

TEST_CASE("every pair that can hold remains, in the delegate's order") {
  Matches matches = List({R"({"uri": {"prefix": "/b/1"}})", R"({"method": {"exact": "GET"}})",
                          R"({"uri": {"prefix": "/z"}})"});
  REQUIRE(MergeMatches(List({R"({"uri": {"prefix": "/a"}})", R"({"uri": {"prefix": "/b"}})"}),
                       matches));
  REQUIRE(matches.size() == 3);
  CHECK(matches[0].uri().prefix() == "/b/1");
  CHECK(matches[1].uri().prefix() == "/a");
  CHECK(matches[2].uri().prefix() == "/b");
}

TEST_CASE("an empty list asks nothing") {
  Matches none;
  CHECK(MergeMatches(List({R"({"port": 1})"}), none));
  CHECK(none.size() == 1);
  Matches some = List({R"({"port": 1})"});
  CHECK(MergeMatches({}, some));
  CHECK(some.size() == 1);
}

}  // namespace binnacle::translator
