#include "ctl/string_matcher_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ctl/json_field.h"

namespace binnacle::ctl {

std::string StringMatcherText(const Json& matcher) {
  if (const Json& exact = Field(matcher, "exact"); exact.is_string()) return Text(matcher, "exact");
  if (const std::string text = Text(matcher, "prefix"); !text.empty()) return text + "*";
  if (const std::string text = Text(matcher, "suffix"); !text.empty()) return "*" + text;
  if (const std::string text = Text(matcher, "contains"); !text.empty()) {
    return absl::StrCat("*", text, "*");
  }
  return absl::StrCat("~", Text(matcher, "safe_regex.regex"));
}

std::string HeaderMatcherText(const Json& matcher) {
  const std::string written = Text(matcher, "name");
  // ":method" is "method" to most people.
  const absl::string_view name = absl::StripPrefix(written, ":");
  const bool inverted = Text(matcher, "invert_match") == "true";
  const Json& string_match = Field(matcher, "string_match");
  if (string_match.is_object()) {
    return absl::StrCat(name, inverted ? "!=" : "=", StringMatcherText(string_match));
  }
  const Json& present = Field(matcher, "present_match");
  const bool absent = present.is_boolean() && !present.get<bool>();
  return absl::StrCat(absent != inverted ? "!" : "", name);
}

std::string QueryMatcherText(const Json& matcher) {
  const Json& string_match = Field(matcher, "string_match");
  std::string name = absl::StrCat("?", Text(matcher, "name"));
  if (string_match.is_null()) return name;
  return absl::StrCat(name, "=", StringMatcherText(string_match));
}

}  // namespace binnacle::ctl
