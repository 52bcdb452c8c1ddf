#include "policy/yaml.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

std::string Show(const YamlNode& node) {
  if (node.is_scalar()) return std::string(node.text);
  std::string shown = node.is_mapping() ? "{" : "[";
  for (const YamlNode* child = node.first; child != nullptr; child = child->next) {
    if (child != node.first) shown += ' ';
    absl::StrAppend(&shown, Show(*child));
    if (node.is_mapping()) {
      child = child->next;
      absl::StrAppend(&shown, ":", Show(*child));
    }
  }
  return absl::StrCat(shown, node.is_mapping() ? "}" : "]");
}

struct Reading {
  std::vector<std::string> documents;
  std::vector<std::string> problems;
  std::string error;
};

Reading ReadAll(absl::string_view text) {
  Reading reading;
  YamlReader reader(text);
  YamlDocument document;
  while (reader.Next(document)) {
    reading.documents.push_back(document.root() == nullptr ? "" : Show(*document.root()));
    for (const YamlProblem& problem : document.problems()) {
      reading.problems.push_back(absl::StrCat(problem.mark.line, ":", problem.mark.column, ": ",
                                              document.PathOf(problem.within), ": ", problem.key,
                                              ": ", problem.message));
    }
  }
  if (const YamlError* error = reader.error(); error != nullptr) {
    reading.error = absl::StrCat(error->mark.line, ":", error->mark.column, ": ", error->message);
  }
  return reading;
}

using Lines = std::vector<std::string>;

TEST_CASE("a text is a sequence of documents, of which some are empty") {
  const Reading reading = ReadAll("a: 1\n---\n# nothing\n---\n- x\n- {y: z}\n...\n");
  CHECK(reading.documents == Lines{"{a:1}", "", "[x {y:z}]"});
  CHECK(reading.error.empty());
  CHECK(ReadAll("").documents.empty());
  CHECK(ReadAll("# only a comment\n").documents.empty());
}

TEST_CASE("every node knows its line and column, counted in characters from 1") {
  YamlReader reader("é: {ü: 1}\nlist:\n- x\n", 10);
  YamlDocument document;
  REQUIRE(reader.Next(document));
  const YamlNode* key = document.root()->first;
  CHECK(key->mark.line == 10);
  const YamlNode& inner = *key->next->first->next;
  CHECK(inner.mark.column == 8);
  const YamlNode* list = FindValue(*document.root(), "list");
  REQUIRE(list != nullptr);
  CHECK(list->first->mark.line == 12);
  CHECK(list->first->mark.column == 3);
  CHECK(document.PathOf(list->first) == "list[0]");
}

TEST_CASE("an alias is what its anchor was, and a merge key fills in what is missing") {
  const Reading reading = ReadAll(
      "base: &b {x: 1, y: 2}\n"
      "more: &m {x: 9, z: 3}\n"
      "copy: *b\n"
      "merged: {<<: *b, x: 0}\n"
      "both: {<<: [*b, *m]}\n");
  CHECK(reading.documents == Lines{"{base:{x:1 y:2} more:{x:9 z:3} copy:{x:1 y:2} merged:{y:2 x:0} "
                                   "both:{z:3 y:2 x:1}}"});
  CHECK(reading.problems.empty());
}

TEST_CASE("a key written twice is a problem that names both lines; the first stays") {
  const Reading reading = ReadAll("spec:\n  a: 1\n  b: 2\n  a: 3\n");
  CHECK(reading.documents == Lines{"{spec:{a:1 b:2}}"});
  CHECK(reading.problems == Lines{"4:3: spec: a: written twice: first on line 2, again on line 4"});
}

TEST_CASE("an alias without an anchor, an unknown tag and a key that is a list are problems") {
  CHECK(ReadAll("a: *b\n").problems == Lines{"1:4: : : the alias *b has no anchor &b before it"});
  CHECK(ReadAll("a: !secret x\n").problems ==
        Lines{"1:4: : : the tag !secret has no meaning here; leave it out"});
  CHECK(ReadAll("? [a]\n: 1\n").problems == Lines{"1:3: : : a list or a mapping cannot be a key"});
  CHECK(ReadAll("a: &a [*a]\n").problems ==
        Lines{"1:8: a: : the alias *a has no anchor &a before it"});
}

TEST_CASE("a few lines cannot expand to a billion nodes") {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [");
    for (int j = 0; j < 9; ++j) absl::StrAppend(&text, j == 0 ? "" : ",", "*a", i - 1);
    absl::StrAppend(&text, "]\n");
  }
  CHECK(ReadAll(text).error == "7:10: aliases expand the document by more than 1000000 nodes");
}

TEST_CASE("nesting is bounded, whether it is written or put together from aliases") {
  CHECK(ReadAll(std::string(100'000, '[')).error == "1:101: nested deeper than 100 levels");
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 200; ++i) absl::StrAppend(&text, "a", i, ": &a", i, " [*a", i - 1, "]\n");
  CHECK(ReadAll(text).error == "100:12: nested deeper than 100 levels");
}

TEST_CASE("a text that ends in the middle says so") {
  CHECK(ReadAll("a: \"b\n").error ==
        "2:1: the text ends in the middle: while scanning a quoted scalar: found unexpected end "
        "of stream");
  CHECK(ReadAll("{\"a\": [1, 2").error ==
        "1:12: the text ends in the middle: while parsing a flow sequence: did not find expected "
        "',' or ']'");
  const Reading reading = ReadAll("a: 1\n---\nb: [\n");
  CHECK(reading.documents == Lines{"{a:1}"});
  CHECK_FALSE(reading.error.empty());
}

TEST_CASE("tabs cannot indent") {
  CHECK(ReadAll("a:\n\tb: 1\n").error == "2:1: not YAML: a tab cannot indent; use spaces");
}

TEST_CASE("what is not UTF-8 is named with its place, and what stands before it is read") {
  const Reading reading = ReadAll("a: 1\n---\nb: \xff\n");
  CHECK(reading.documents == Lines{"{a:1}"});
  CHECK(reading.error == "3:4: the text is not UTF-8: byte 0xFF cannot stand here");
  CHECK(ReadAll(absl::string_view("a: \0b\n", 6)).error ==
        "1:4: control character 0x00 cannot stand in YAML");
  CHECK(ReadAll("\xff\xfe"
                "a\n")
            .error == "1:1: the text is UTF-16; save it as UTF-8");
  CHECK(ReadAll("\xef\xbb\xbf"
                "a: 1\n")
            .documents == Lines{"{a:1}"});
}

TEST_CASE("JSON is read as it is, with its escapes") {
  const Reading reading =
      ReadAll("{\n\t\"a\":\"\\ud83d\\ude00\\/\\\\ud83d\",\n\t\"b\":[1,null]}\n");
  CHECK(reading.error.empty());
  CHECK(reading.documents == Lines{"{a:\xf0\x9f\x98\x80/\\ud83d b:[1 null]}"});
}

TEST_CASE("no cut of a text does harm") {
  const std::string text =
      "a: &x {b: [1, \"\\u00e9\", 'it''s']}\nc: |\n  text\n  more\nd: >-\n  x\ne: *x\n---\n? k\n: "
      "!!str v\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    ReadAll(text.substr(0, cut));
    ReadAll(text.substr(cut));
  }
  SUCCEED();
}

}  // namespace
}  // namespace binnacle::policy
