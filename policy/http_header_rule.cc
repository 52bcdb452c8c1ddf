#include "policy/http_header_rule.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "policy/nearest_word.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kPseudoHeaders[] = {":method", ":scheme", ":authority", ":path",
                                                ":status"};
constexpr absl::string_view kClaims = "@request.auth.claims";

Complaint BadName(absl::string_view name) {
  return {"bad-header-name",
          absl::StrCat("\"", name.substr(0, 80),
                       "\" is not a header name: letters, digits and !#$%&'*+-.^_`|~"),
          ""};
}

}  // namespace

bool IsHeaderToken(absl::string_view name) {
  constexpr absl::string_view kMarks = "!#$%&'*+-.^_`|~";
  if (name.empty() || name.size() > 256) return false;
  return std::all_of(name.begin(), name.end(), [kMarks](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains(kMarks, c);
  });
}

Verdict CheckMatchedHeaderName(absl::string_view name) {
  if (IsHeaderToken(name)) return std::nullopt;
  if (std::find(std::begin(kPseudoHeaders), std::end(kPseudoHeaders), name) !=
      std::end(kPseudoHeaders)) {
    return std::nullopt;
  }
  if (!absl::StartsWith(name, ":")) return BadName(name);
  return Complaint{"bad-header-name",
                   absl::StrCat("\"", name.substr(0, 80), "\" is no pseudo-header; there are ",
                                absl::StrJoin(kPseudoHeaders, ", ")),
                   DidYouMean(name, kPseudoHeaders)};
}

bool IsJwtClaimName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kClaims)) return false;
  if (absl::ConsumePrefix(&name, ".")) return !name.empty();
  return name.size() > 2 && name.front() == '[' && name.back() == ']';
}

Verdict CheckChangedHeaderName(absl::string_view name) {
  if (IsHeaderToken(name)) return std::nullopt;
  if (!absl::StartsWith(name, ":")) return BadName(name);
  return Complaint{"bad-header-name",
                   absl::StrCat("\"", name.substr(0, 80),
                                "\" cannot be changed: pseudo-headers belong to the protocol"),
                   "use rewrite.uri or rewrite.authority"};
}

Verdict CheckHeaderValue(absl::string_view value) {
  bool in_command = false;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\r' || c == '\n' || c == '\0') {
      return Complaint{"bad-header-value", "a header's value may not hold line ends or NUL", ""};
    }
    if (c != '%') continue;
    if (!in_command && i + 1 < value.size() && value[i + 1] == '%') {
      ++i;  // "%%"
      continue;
    }
    in_command = !in_command;
  }
  if (!in_command) return std::nullopt;
  return Complaint{
      "bad-header-value",
      absl::StrCat("a '%' opens a command that does not end: \"", value.substr(0, 80), "\""),
      "write \"%%\" for a percent sign"};
}

}  // namespace binnacle::policy
