#include "translator/redirect.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

std::string Redirect(const std::string& json, uint32_t port = 80, bool tls = false) {
  envoy::config::route::v3::Route route;
  if (!SetRedirect(Said<policy::v1::HttpRedirect>(json), port, tls, route)) return "none";
  return Shown(route.redirect());
}

}  // namespace

TEST_CASE("the scheme's own port is not said") {
  CHECK_THAT(Redirect(R"({"port": 80})"), Catch::Equals(""));
  CHECK(Redirect(R"({"port": 443})") == "port_redirect: 443");
  CHECK_THAT(Redirect(R"({"port": 443})", 443, true), Catch::Equals(""));
  CHECK(Redirect(R"({"port": 80})", 443, true) == "port_redirect: 80");
  CHECK(Redirect(R"({"port": 443, "scheme": "https"})") == "scheme_redirect: \"https\"");
}

TEST_CASE("the request's port is the one that the routes are made for") {
  CHECK(Redirect(R"({"derivePort": "FROM_REQUEST_PORT"})", 8080) == "port_redirect: 8080");
  CHECK_THAT(Redirect(R"({"derivePort": "FROM_REQUEST_PORT"})", 80), Catch::Equals(""));
  CHECK_THAT(Redirect(R"({"derivePort": "FROM_PROTOCOL_DEFAULT"})", 8080), Catch::Equals(""));
}

TEST_CASE("only codes that Envoy has make a redirect") {
  CHECK(Redirect(R"({"uri": "/a", "redirectCode": 301})") == "path_redirect: \"/a\"");
  CHECK(Redirect(R"({"redirectCode": 308})") == "response_code: PERMANENT_REDIRECT");
  for (int code : {300, 304, 305, 306, 399}) {
    CHECK(Redirect(absl::StrCat("{\"redirectCode\": ", code, "}")) == "none");
  }
}

}  // namespace binnacle::translator
