#include "policy/regex_rule.h"

#include <re2/re2.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestRegex = 1024;

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

RE2::Options Quietly() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);  // what 1024 sound characters need, and no bomb
  return options;
}

}  // namespace

Verdict CheckRegex(absl::string_view regex) {
  if (regex.empty()) {
    return Complaint{"bad-regex", "a regular expression may not be empty", ""};
  }
  if (regex.size() > kLongestRegex) {
    return Complaint{"bad-regex",
                     absl::StrCat("a regular expression of ", regex.size(),
                                  " characters is too long: 1024 at most"),
                     ""};
  }
  const RE2 compiled(Piece(regex), Quietly());
  if (compiled.ok()) return std::nullopt;
  return Complaint{"bad-regex",
                   absl::StrCat("\"", regex.substr(0, 80),
                                "\" is not an RE2 regular expression: ", compiled.error()),
                   ""};
}

Verdict CheckRegexRewrite(absl::string_view regex, absl::string_view rewrite) {
  if (auto verdict = CheckRegex(regex); verdict.has_value()) return verdict;
  const RE2 compiled(Piece(regex), Quietly());
  std::string error;
  if (compiled.CheckRewriteString(Piece(rewrite), &error)) return std::nullopt;
  return Complaint{"bad-regex",
                   absl::StrCat("\"", rewrite.substr(0, 80), "\" does not fit its match: ", error),
                   ""};
}

}  // namespace binnacle::policy
