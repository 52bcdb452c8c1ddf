#include "translator/direct_response.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("a direct response carries text, bytes or nothing, with a status Envoy takes") {
  const auto shown = [](const char* json) {
    envoy::config::route::v3::Route route;
    SetDirectResponse(Said<policy::v1::HttpDirectResponse>(json), route);
    return Shown(route.direct_response());
  };
  CHECK(shown(R"({"status": 404})") == "status: 404");
  CHECK(shown(R"({"status": 600})") == "status: 599");
  CHECK(shown(R"({"status": 200, "body": {"string": "hi"}})") ==
        "status: 200 body { inline_string: \"hi\" }");
  CHECK(shown(R"({"status": 200, "body": {"bytes": "aGk="}})") ==
        "status: 200 body { inline_bytes: \"hi\" }");
}

}  // namespace binnacle::translator
