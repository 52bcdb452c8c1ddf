#include "policy/file_parser.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/policy/told.h"

namespace binnacle::policy {
namespace {

std::string Rule(absl::string_view name, absl::string_view host) {
  return absl::StrCat(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ", name,
      "}\nspec: {host: ", host, "}\n");
}

TEST_CASE("documents whose text did not change stay the very same objects") {
  FileParser parser("f.yaml", ParseOptions());
  const Parsed before = parser.Parse(Rule("a", "a") + "---\n" + Rule("b", "b"));
  const Parsed after = parser.Parse(Rule("a", "a") + "---\n" + Rule("b", "c"));
  REQUIRE(after.objects.size() == 2);
  CHECK(after.objects[0] == before.objects[0]);
  CHECK(after.objects[1] != before.objects[1]);
}

TEST_CASE("a document that moved keeps its body and learns its new line") {
  FileParser parser("f.yaml", ParseOptions());
  const Parsed before = parser.Parse("---\n" + Rule("a", "a"));
  const Parsed after = parser.Parse("# a comment\n---\n" + Rule("a", "a"));
  REQUIRE(after.objects.size() == 1);
  CHECK(before.objects[0]->origin.line == 2);
  CHECK(after.objects[0]->origin.line == 3);
  CHECK(after.objects[0]->body == before.objects[0]->body);
}

TEST_CASE("findings follow their document to its new line") {
  FileParser parser("f.yaml", ParseOptions());
  parser.Parse("---\n" + Rule("a", "on"));
  CHECK(TellAll(parser.Parse("\n\n---\n" + Rule("a", "on")).findings) ==
        Told{"f.yaml:7:14: DestinationRule default/a: spec.host: expected a string, found the "
             "boolean on (quote it: \"on\")"});
}

TEST_CASE("reading again gives what reading for the first time gives") {
  const std::vector<std::string> texts = {Rule("a", "a") + "---\n" + Rule("a", "a"),
                                          Rule("a", "a"),
                                          "",
                                          "# nothing\n---\n---\n" + Rule("b", "b") + "---\nx: [\n",
                                          "%YAML 1.1\n---\n" + Rule("c", "c"),
                                          Rule("b", "b") + "...\n" + "---\n" + Rule("d", "1")};
  FileParser parser("f.yaml", ParseOptions());
  for (size_t round = 0; round < 3; ++round) {
    for (const std::string& text : texts) {
      CAPTURE(text);
      const Parsed again = parser.Parse(text);
      const Parsed fresh = ParseDocuments(text, "f.yaml");
      CHECK(again.findings == fresh.findings);
      CHECK(again.refused == fresh.refused);
      CHECK(again.truncated == fresh.truncated);
      CHECK(again.incomplete == fresh.incomplete);
      REQUIRE(again.objects.size() == fresh.objects.size());
      for (size_t i = 0; i < again.objects.size(); ++i) {
        CHECK(again.objects[i]->key == fresh.objects[i]->key);
        CHECK(again.objects[i]->origin.line == fresh.objects[i]->origin.line);
      }
    }
  }
}

TEST_CASE("a file whose last document is refused may have been cut short") {
  FileParser parser("f.yaml", ParseOptions());
  CHECK_FALSE(parser.Parse(Rule("a", "on") + "---\n" + Rule("b", "b")).incomplete);
  CHECK(parser.Parse(Rule("b", "b") + "---\n" + Rule("a", "on") + "---\n# end\n").incomplete);
}

}  // namespace
}  // namespace binnacle::policy
