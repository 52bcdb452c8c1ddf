#include "translator/string_match.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {

TEST_CASE("a match that every text satisfies asks only for presence") {
  for (const char* json : {"{}", R"({"prefix": ""})", R"({"regex": "*"})", R"({"regex": ""})"}) {
    CAPTURE(json);
    CHECK(AsksOnlyPresence(Said<policy::v1::StringMatch>(json)));
  }
  for (const char* json : {R"({"exact": ""})", R"({"exact": "a"})", R"({"prefix": "a"})"}) {
    CAPTURE(json);
    CHECK_FALSE(AsksOnlyPresence(Said<policy::v1::StringMatch>(json)));
  }
}

TEST_CASE("exact, prefix and regex keep their kind") {
  const auto shown = [](const char* json) {
    envoy::type::matcher::v3::StringMatcher matcher;
    SetStringMatcher(Said<policy::v1::StringMatch>(json), matcher);
    return Shown(matcher);
  };
  CHECK(shown(R"({"exact": "a"})") == R"(exact: "a")");
  CHECK(shown(R"({"prefix": "a"})") == R"(prefix: "a")");
  CHECK(shown(R"({"regex": "a+"})") == R"(safe_regex { regex: "a+" })");
}

}  // namespace binnacle::translator
