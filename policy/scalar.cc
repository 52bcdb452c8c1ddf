#include "policy/scalar.h"

#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace binnacle::policy {
namespace {

bool IsNull(absl::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// A word counts in lower case, Capitalised, and UPPER CASE.
bool IsWord(absl::string_view text, absl::string_view lower) {
  if (text.size() != lower.size() || !absl::EqualsIgnoreCase(text, lower)) return false;
  const absl::string_view rest = text.substr(1);
  if (rest == lower.substr(1)) return true;
  for (char c : text) {
    if (absl::ascii_islower(c)) return false;
  }
  return true;
}

std::optional<bool> AsBool(absl::string_view text) {
  if (text.size() > 5) return std::nullopt;
  for (absl::string_view word : {"true", "yes", "on", "y"}) {
    if (IsWord(text, word)) return true;
  }
  for (absl::string_view word : {"false", "no", "off", "n"}) {
    if (IsWord(text, word)) return false;
  }
  return std::nullopt;
}

std::optional<uint64_t> Digits(absl::string_view text, uint32_t base) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    uint32_t digit = base;
    if (absl::ascii_isdigit(c)) digit = static_cast<uint32_t>(c - '0');
    if (absl::ascii_isalpha(c)) digit = static_cast<uint32_t>(absl::ascii_tolower(c) - 'a') + 10;
    if (digit >= base) return std::nullopt;
    if (value > (std::numeric_limits<uint64_t>::max() - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

// The magnitude of an integer without its sign: 80, 0x50, 0b101, 0o17, 017.
std::optional<uint64_t> Magnitude(absl::string_view text) {
  if (text.size() < 2 || text[0] != '0') return Digits(text, 10);
  switch (absl::ascii_tolower(text[1])) {
    case 'x':
      return Digits(text.substr(2), 16);
    case 'b':
      return Digits(text.substr(2), 2);
    case 'o':
      return Digits(text.substr(2), 8);
    default:
      return Digits(text.substr(1), 8);
  }
}

bool SkipDigits(absl::string_view& text) {
  const size_t before = text.size();
  while (!text.empty() && absl::ascii_isdigit(text[0])) text.remove_prefix(1);
  return text.size() < before;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const bool whole = SkipDigits(text);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    if (!SkipDigits(text) && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return SkipDigits(text) && text.empty();
}

std::optional<double> AsSpecialFloat(absl::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  if (!absl::ConsumePrefix(&text, ".") || !IsWord(text, "inf")) return std::nullopt;
  return negative ? -kInfinity : kInfinity;
}

std::optional<Scalar> AsNumber(absl::string_view written) {
  const std::string text = absl::StrReplaceAll(written, {{"_", ""}});
  absl::string_view digits = text;
  Scalar scalar;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
    scalar.negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  if (const auto magnitude = Magnitude(digits); magnitude.has_value()) {
    scalar.type = ScalarType::kInt;
    scalar.magnitude = *magnitude;
    scalar.number = static_cast<double>(*magnitude) * (scalar.negative ? -1 : 1);
    return scalar;
  }
  scalar.negative = false;
  scalar.type = ScalarType::kFloat;
  if (LooksLikeFloat(text)) {
    absl::string_view number = text;
    if (number[0] == '+') number.remove_prefix(1);
    if (!absl::SimpleAtod(number, &scalar.number)) return std::nullopt;
    return scalar;
  }
  const auto special = AsSpecialFloat(text);
  if (!special.has_value()) return std::nullopt;
  scalar.number = *special;
  return scalar;
}

}  // namespace

Scalar ResolvePlainScalar(absl::string_view text) {
  Scalar scalar;
  if (IsNull(text)) {
    scalar.type = ScalarType::kNull;
    return scalar;
  }
  const char first = text[0];
  if (absl::ascii_isdigit(first) || first == '-' || first == '+' || first == '.') {
    return AsNumber(text).value_or(scalar);
  }
  if (const auto boolean = AsBool(text); boolean.has_value()) {
    scalar.type = ScalarType::kBool;
    scalar.boolean = *boolean;
  }
  return scalar;
}

}  // namespace binnacle::policy
