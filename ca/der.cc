#include "ca/der.h"

namespace binnacle::ca {
namespace {

struct Length {
  size_t value;
  size_t bytes;  // that it is written in
};

std::optional<Length> ReadLength(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return Length{first, 1};
  const size_t count = first & 0x7F;
  if (count == 0 || count > 4 || text.size() < 1 + count) return std::nullopt;
  size_t value = 0;
  for (size_t i = 1; i <= count; ++i) value = value << 8 | static_cast<uint8_t>(text[i]);
  const bool shortest = value >= 0x80 && text[1] != '\0';
  return shortest ? std::optional(Length{value, 1 + count}) : std::nullopt;
}

void AppendLength(size_t value, std::string* out) {
  if (value < 0x80) {
    *out += static_cast<char>(value);
    return;
  }
  int count = 1;
  while (value >> (8 * count) != 0) ++count;
  *out += static_cast<char>(0x80 | count);
  while (count-- > 0) *out += static_cast<char>(value >> (8 * count) & 0xFF);
}

}  // namespace

std::optional<DerReader::Element> DerReader::ReadElement(uint8_t tag) {
  const absl::string_view all = rest_;
  rest_ = {};
  if (all.empty() || static_cast<uint8_t>(all[0]) != tag) return std::nullopt;
  const std::optional<Length> length = ReadLength(all.substr(1));
  if (!length.has_value() || length->value > all.size() - 1 - length->bytes) return std::nullopt;
  const size_t start = 1 + length->bytes;
  rest_ = all.substr(start + length->value);
  return Element{all.substr(0, start + length->value), all.substr(start, length->value)};
}

std::optional<absl::string_view> DerReader::Read(uint8_t tag) {
  const auto element = ReadElement(tag);
  if (!element.has_value()) return std::nullopt;
  return element->content;
}

std::optional<absl::string_view> DerReader::ReadWholeBytes() {
  const auto content = Read(kDerBitString);
  if (!content.has_value() || content->empty() || (*content)[0] != '\0') {
    rest_ = {};
    return std::nullopt;
  }
  return content->substr(1);
}

std::optional<bool> DerReader::ReadBoolean() {
  const auto content = Read(kDerBoolean);
  if (!content.has_value() || content->size() != 1) return std::nullopt;
  const auto value = static_cast<uint8_t>((*content)[0]);
  if (value != 0 && value != 0xFF) return std::nullopt;
  return value != 0;
}

std::string Der(uint8_t tag, absl::string_view content) {
  std::string out;
  out.reserve(content.size() + 6);
  AppendDer(tag, content, &out);
  return out;
}

void AppendDer(uint8_t tag, absl::string_view content, std::string* out) {
  *out += static_cast<char>(tag);
  AppendLength(content.size(), out);
  out->append(content.data(), content.size());
}

size_t BeginDer(uint8_t tag, std::string* out) {
  *out += static_cast<char>(tag);
  return out->size();
}

void EndDer(size_t begun, std::string* out) {
  std::string length;  // at most five bytes: not on the heap
  AppendLength(out->size() - begun, &length);
  out->insert(begun, length);
}

std::string DerWholeBytes(absl::string_view bytes) {
  std::string content;
  content.reserve(1 + bytes.size());
  content += '\0';  // no bit of the last byte is unused
  content.append(bytes.data(), bytes.size());
  return Der(kDerBitString, content);
}

std::string DerUnsigned(absl::string_view magnitude) {
  while (magnitude.size() > 1 && magnitude[0] == '\0') magnitude.remove_prefix(1);
  std::string content;
  if (magnitude.empty() || (static_cast<uint8_t>(magnitude[0]) & 0x80) != 0) content += '\0';
  content.append(magnitude.data(), magnitude.size());
  return Der(kDerInteger, content);
}

}  // namespace binnacle::ca
