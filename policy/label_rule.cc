#include "policy/label_rule.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/host.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestName = 63;
constexpr size_t kLongestPrefix = 253;

// Letters, digits, '-', '_' and '.', with a letter or digit at both ends.
bool IsLabelWord(absl::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (!absl::ascii_isalnum(text.front()) || !absl::ascii_isalnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

Complaint BadLabel(absl::string_view what, absl::string_view text, absl::string_view allowed) {
  return {"bad-label",
          absl::StrCat("\"", text.substr(0, 80), "\" is not a label ", what, ": ", allowed), ""};
}

constexpr absl::string_view kWord =
    "at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends";

}  // namespace

Verdict CheckLabelKey(absl::string_view key) {
  if (key.empty()) return Complaint{"bad-label", "a label's key may not be empty", ""};
  absl::string_view name = key;
  if (const size_t slash = key.find('/'); slash != absl::string_view::npos) {
    name = key.substr(slash + 1);
    const absl::string_view prefix = key.substr(0, slash);
    if (prefix.size() > kLongestPrefix || CheckFqdn(prefix).has_value()) {
      return BadLabel("key", key, "what stands before the '/' must be a DNS name");
    }
  }
  if (!IsLabelWord(name)) return BadLabel("key", key, absl::StrCat("its name is ", kWord));
  return std::nullopt;
}

Verdict CheckLabelValue(absl::string_view value) {
  if (value.empty() || IsLabelWord(value)) return std::nullopt;
  return BadLabel("value", value, kWord);
}

void CheckLabels(const google::protobuf::Map<std::string, std::string>& labels, const Place& at,
                 absl::string_view field) {
  for (const auto& [key, value] : labels) {
    const Place entry = at.Entry(field, key);
    if (entry.Check(CheckLabelKey(key))) entry.Check(CheckLabelValue(value));
  }
}

void CheckSelector(const google::protobuf::Map<std::string, std::string>& labels, const Place& at,
                   absl::string_view field) {
  if (labels.empty()) {
    at.Field(field).Warn("empty-selector",
                         "the selector has no labels, so it selects every workload in scope");
  }
  for (const auto& [key, value] : labels) {
    const Place entry = at.Entry(field, key);
    if (absl::StrContains(key, '*') || absl::StrContains(value, '*')) {
      entry.Error("bad-label", "a selector compares whole labels: '*' is not allowed");
      continue;
    }
    if (entry.Check(CheckLabelKey(key))) entry.Check(CheckLabelValue(value));
  }
}

}  // namespace binnacle::policy
