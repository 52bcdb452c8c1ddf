// Every document under tests/policy/broken is refused, and told why in the
// right place. A document says so itself, in the comments at its top:
//
//   # expect: <line>:<column> <code> <field path, or - for none>
//   # says: <a part of the message>
//
// one pair for each error, and there may be no further errors.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "policy/document.h"

namespace binnacle::policy {
namespace {

struct Expectation {
  std::string where;  // "8:3 bad-host spec.hosts[0]"
  std::string says;
};

std::vector<std::filesystem::path> BrokenDocuments() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BINNACLE_BROKEN_CORPUS)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<Expectation> ExpectationsOf(const std::string& text) {
  std::vector<Expectation> expectations;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "#")) break;
    if (absl::ConsumePrefix(&line, "# expect: ")) {
      expectations.push_back({std::string(line), ""});
    } else if (absl::ConsumePrefix(&line, "# says: ") && !expectations.empty()) {
      expectations.back().says = std::string(line);
    }
  }
  return expectations;
}

std::string WhereOf(const Finding& finding) {
  return absl::StrCat(finding.line, ":", finding.column, " ", finding.code, " ",
                      finding.field.empty() ? "-" : finding.field);
}

bool Meets(const Finding& finding, const Expectation& expectation) {
  return WhereOf(finding) == expectation.where &&
         absl::StrContains(finding.message, expectation.says);
}

// What was expected and did not come, and what came unexpected; "" if neither.
std::string Differences(std::vector<Expectation> expectations,
                        const std::vector<Finding>& findings) {
  std::string differences;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    const auto met = std::find_if(
        expectations.begin(), expectations.end(),
        [&finding](const Expectation& expectation) { return Meets(finding, expectation); });
    if (met != expectations.end()) {
      expectations.erase(met);
    } else {
      absl::StrAppend(&differences, "came: ", WhereOf(finding), " : ", finding.message, "\n");
    }
  }
  for (const Expectation& expectation : expectations) {
    absl::StrAppend(&differences, "expected: ", expectation.where, " : ", expectation.says, "\n");
  }
  return differences;
}

TEST_CASE("the corpus of broken documents is there") { CHECK(BrokenDocuments().size() >= 200); }

TEST_CASE("every broken document is refused, with the line and the field of each fault") {
  for (const std::filesystem::path& path : BrokenDocuments()) {
    const std::string text = ReadFile(path);
    const std::vector<Expectation> expectations = ExpectationsOf(text);
    const Parsed parsed = ParseDocuments(text, path.filename().string());
    INFO(path.string());
    CHECK_FALSE(expectations.empty());
    CHECK_THAT(Differences(expectations, parsed.findings), Catch::Equals(""));
    CHECK(HasErrors(parsed.findings));
  }
}

TEST_CASE("no broken document yields an object") {
  for (const std::filesystem::path& path : BrokenDocuments()) {
    INFO(path.string());
    CHECK(ParseDocuments(ReadFile(path), path.filename().string()).objects.empty());
  }
}

TEST_CASE("a broken document cut off at any byte is refused or ignored, never worse") {
  int sample = 0;
  for (const std::filesystem::path& path : BrokenDocuments()) {
    if (++sample % 8 != 0) continue;  // a cross-section: all would take long
    const std::string text = ReadFile(path);
    INFO(path.string());
    for (size_t length = text.find("\napiVersion"); length < text.size(); length += 3) {
      const Parsed parsed = ParseDocuments(text.substr(0, length), "cut.yaml");
      for (const Finding& finding : parsed.findings) CHECK(finding.line > 0);
    }
  }
}

}  // namespace
}  // namespace binnacle::policy
