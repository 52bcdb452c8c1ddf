#include "translator/rewrite.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("a rewrite changes the path by prefix or regex, and the host") {
  const auto shown = [](const char* json) {
    envoy::config::route::v3::RouteAction action;
    SetRewrite(Said<policy::v1::HttpRewrite>(json), action);
    return Shown(action);
  };
  CHECK_THAT(shown("{}"), Catch::Equals(""));
  CHECK(shown(R"({"uri": "/a", "authority": "b"})") ==
        "prefix_rewrite: \"/a\" host_rewrite_literal: \"b\"");
  CHECK(shown(R"({"uriRegexRewrite": {"match": "^/(.*)$", "rewrite": "/x/\\1"}})") ==
        "regex_rewrite { pattern { regex: \"^/(.*)$\" } substitution: \"/x/\\\\1\" }");
}

}  // namespace binnacle::translator
