#include "ctl/yaml_text.h"

#include <catch2/catch.hpp>

#include "policy/scalar.h"
#include "policy/yaml.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("objects and lists are written in blocks") {
  const Json value = Json::parse(R"({"name": "reviews", "hosts": ["a.example", "*"],
      "empty": {}, "none": [], "weight": 90, "ratio": 0.5, "on": true, "nothing": null})");
  CHECK(ToYaml(value) ==
        "name: reviews\n"
        "hosts:\n"
        "- a.example\n"
        "- '*'\n"
        "empty: {}\n"
        "none: []\n"
        "weight: 90\n"
        "ratio: 0.5\n"
        "'on': true\n"
        "nothing: null\n");
}

TEST_CASE("a string stays a string in every reader") {
  for (const char* text :
       {"true",  "yes",        "No", "null", "~",  "1",     "1.5", "0x1f", "1e3",
        "12:30", "2024-01-01", ".5", "-1",   "",   "1_000", "nan", "- a",  "a: b",
        "a #b",  "y",          "on", "=",    "<<", "@x",    "`x",  "%x",   "key:"}) {
    const std::string yaml = ToYaml(Json::array({text}));
    policy::YamlReader reader(yaml);
    policy::YamlDocument document;
    INFO(yaml);
    REQUIRE(reader.Next(document));
    const policy::YamlNode* item = document.root()->first;
    CHECK(item->text == text);
    CHECK((item->style == policy::ScalarStyle::kString ||
           policy::ResolvePlainScalar(item->text).type == policy::ScalarType::kString));
  }
  CHECK(ToYaml(Json("2024-01-01")) == "'2024-01-01'\n");
}

TEST_CASE("text of several lines is a block, and comes back as it was") {
  CHECK(ToYaml({{"pem", "-----BEGIN\nabc\n-----END\n"}}) ==
        "pem: |\n  -----BEGIN\n  abc\n  -----END\n");
  for (const char* text : {"a\nb", "a\n\n\nb\n\n", "\n", "\na", " a\nb", "a \nb", "a\n b\n",
                           "a\tb\n", "é\n\u2028b", "a\r\nb", "\x01\n"}) {
    const std::string yaml = ToYaml(Json::array({text}));
    if (std::string(text).find('\x01') != std::string::npos) continue;  // not YAML to our reader
    policy::YamlReader reader(yaml);
    policy::YamlDocument document;
    INFO(yaml);
    REQUIRE(reader.Next(document));
    CHECK(document.root()->first->text == text);
  }
}

TEST_CASE("bytes that are not UTF-8 do not end the document") {
  CHECK(ToYaml(Json::array({"a\xff", "b"})) == "- a\uFFFD\n- b\n");
}

TEST_CASE("large numbers keep being numbers") {
  CHECK(ToYaml(Json(1e20)) == "1.0e+20\n");
  CHECK(ToYaml(Json(18446744073709551615ULL)) == "18446744073709551615\n");
}

}  // namespace
}  // namespace binnacle::ctl
