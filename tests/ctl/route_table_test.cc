#include "ctl/route_table.h"

#include <catch2/catch.hpp>

namespace binnacle::ctl {
namespace {

std::string Match(const char* json) { return RouteMatch({{"match", Json::parse(json)}}); }
std::string Destination(const char* json) { return RouteDestination(Json::parse(json)); }

TEST_CASE("matches are written in a few signs") {
  CHECK(Match(R"({"prefix": "/"})") == "/*");
  CHECK(Match(R"({"path": "/a"})") == "/a");
  CHECK(Match(R"({"path_separated_prefix": "/a"})") == "/a, /a/*");
  CHECK(Match(R"({"safe_regex": {"regex": "^/a+$"}})") == "~^/a+$");
  CHECK(Match(R"({"prefix": "/", "headers": [
            {"name": ":method", "string_match": {"exact": "GET"}},
            {"name": "a", "string_match": {"prefix": "x"}},
            {"name": "b", "string_match": {"safe_regex": {"regex": "x.*"}}, "invert_match": true},
            {"name": "c", "present_match": true},
            {"name": "d", "present_match": true, "invert_match": true}],
          "query_parameters": [{"name": "q", "string_match": {"suffix": "z"}},
                               {"name": "r", "present_match": true}]})") ==
        "/* method=GET a=x* b!=~x.* c !d ?q=*z ?r");
}

TEST_CASE("destinations are said with their shares") {
  CHECK(Destination(R"({"route": {"cluster": "outbound|80|v1|a.example",
            "request_mirror_policies": [{"cluster": "outbound|80|v2|a.example"}]}})") ==
        "a.example:80 v1, mirrored to a.example:80 v2");
  CHECK(Destination(R"({"route": {"weighted_clusters": {"clusters": [
            {"name": "outbound|80|v1|a", "weight": 1}, {"name": "outbound|80|v2|a", "weight": 2},
            {"name": "outbound|80|v3|a"}]}}})") ==
        "a:80 v1 (33.3%), a:80 v2 (66.7%), a:80 v3 (0%)");
  CHECK(Destination(R"({"redirect": {"https_redirect": true, "port_redirect": 8443}})") ==
        "redirect to https://:8443");
  CHECK(Destination(R"({"redirect": {"host_redirect": "b", "path_redirect": "/c"}})") ==
        "redirect to b/c");
  CHECK(Destination(R"({"direct_response": {"status": 503}})") == "answered with 503");
}

TEST_CASE("a virtual host without routes answers 404") {
  const Json configurations = Json::parse(
      R"([{"name": "http.80", "virtual_hosts": [{"name": "blackhole:80", "domains": ["*"]}]}])");
  CHECK(RouteTable(configurations, {}, {}).Render(120, false) ==
        "NAME     VIRTUAL HOST  DOMAINS  MATCH  DESTINATION  VIRTUAL SERVICE\n"
        "http.80  blackhole:80  *        -      404          -\n");
}

TEST_CASE("JSON of any shape is shown without a crash") {
  for (const char* json : {"[]", "[1]", "[null]", R"([{"virtual_hosts": 1}])",
                           R"([{"virtual_hosts": [{"domains": {}, "routes": "x"}]}])",
                           R"([{"virtual_hosts": [{"domains": [1], "routes": [[], {}]}]}])"}) {
    CHECK_NOTHROW(RouteTable(Json::parse(json), {}, {}).Render(120, false));
  }
}

}  // namespace
}  // namespace binnacle::ctl
