#include "policy/yaml_text.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace binnacle::policy {
namespace {

bool IsPlainAscii(unsigned char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
}

// The length of the UTF-8 character that begins `text`; 0 if it is none.
size_t Utf8Length(absl::string_view text) {
  const auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return i < text.size() && (at(i) & 0xc0) == 0x80; };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && at(1) < 0xa0) return 0;  // overlong
    if (lead == 0xed && at(1) > 0x9f) return 0;  // a surrogate
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xf0 && at(1) < 0x90) return 0;
    if (lead == 0xf4 && at(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

TextFault NotUtf8(absl::string_view text, size_t offset) {
  const bool utf16 = absl::StartsWith(text, "\xff\xfe") || absl::StartsWith(text, "\xfe\xff");
  return {offset, utf16 ? "the text is UTF-16; save it as UTF-8"
                        : absl::StrFormat("the text is not UTF-8: byte 0x%02X cannot stand here",
                                          static_cast<unsigned char>(text[offset]))};
}

TextFault ControlCharacter(absl::string_view text, size_t offset) {
  return {offset, absl::StrFormat("control character 0x%02X cannot stand in YAML",
                                  static_cast<unsigned char>(text[offset]))};
}

std::optional<uint32_t> HexEscape(absl::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  uint32_t code = 0;
  for (char c : text.substr(2, 4)) {
    if (!absl::ascii_isxdigit(c)) return std::nullopt;
    code = code * 16 + static_cast<uint32_t>(
                           absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10);
  }
  return code;
}

// The character that two escapes at the beginning of `text` stand for.
std::optional<uint32_t> SurrogatePair(absl::string_view text) {
  const auto high = HexEscape(text);
  if (!high.has_value() || *high < 0xd800 || *high > 0xdbff) return std::nullopt;
  const auto low = HexEscape(text.substr(6));
  if (!low.has_value() || *low < 0xdc00 || *low > 0xdfff) return std::nullopt;
  return 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
}

bool IsJson(absl::string_view text) {
  const absl::string_view stripped = absl::StripLeadingAsciiWhitespace(text);
  return !stripped.empty() && (stripped[0] == '{' || stripped[0] == '[');
}

}  // namespace

std::optional<TextFault> FindTextFault(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (IsPlainAscii(c)) {
      ++i;
      continue;
    }
    if (c < 0x80) return ControlCharacter(text, i);
    const size_t length = Utf8Length(text.substr(i));
    if (length == 0) return NotUtf8(text, i);
    i += length;
  }
  return std::nullopt;
}

std::optional<std::string> JoinSurrogateEscapes(absl::string_view text) {
  if (!absl::StrContains(text, "\\ud") && !absl::StrContains(text, "\\uD")) return std::nullopt;
  if (!IsJson(text)) return std::nullopt;
  std::string joined;
  joined.reserve(text.size());
  while (!text.empty()) {
    if (const auto code = SurrogatePair(text); code.has_value()) {
      absl::StrAppendFormat(&joined, "\\U%08x", *code);
      text.remove_prefix(12);
      continue;
    }
    const size_t length = text[0] == '\\' && text.size() > 1 ? 2 : 1;  // "\\" is an escape too
    joined.append(text.data(), length);
    text.remove_prefix(length);
  }
  return joined;
}

}  // namespace binnacle::policy
