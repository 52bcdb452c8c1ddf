#include "tests/fuzz/mutation.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace binnacle::fuzz {
namespace {

constexpr std::array<const char*, 14> kNumbers = {"0",
                                                  "1",
                                                  "-1",
                                                  "255",
                                                  "256",
                                                  "65535",
                                                  "65536",
                                                  "2147483648",
                                                  "4294967296",
                                                  "9223372036854775807",
                                                  "18446744073709551616",
                                                  "1e400",
                                                  "0x7f",
                                                  ".nan"};

constexpr size_t kLongestPiece = 256;

}  // namespace

std::string Mutation::Of(const std::vector<std::string>& known) {
  std::string text = known[Below(known.size())];
  for (size_t changes = 1 + Below(8); changes > 0; --changes) Change(text, known);
  if (text.size() > kMaxBytes) text.resize(kMaxBytes);
  return text;
}

void Mutation::Change(std::string& text, const std::vector<std::string>& known) {
  if (text.empty()) return Graft(text, known[Below(known.size())]);
  switch (Below(7)) {
    case 0:
      return ChangeByte(text);
    case 1:
      return ChangeNumber(text);
    case 2:
      return Erase(text);
    case 3:
      return Repeat(text);
    case 4:
      return SwapLines(text);
    default:
      return Graft(text, known[Below(known.size())]);
  }
}

void Mutation::ChangeByte(std::string& text) {
  char& byte = text[Below(text.size())];
  byte = Below(2) == 0 ? static_cast<char>(byte ^ (1 << Below(8))) : static_cast<char>(Below(256));
}

void Mutation::ChangeNumber(std::string& text) {
  size_t begin = Below(text.size());
  while (begin < text.size() && !absl::ascii_isdigit(text[begin])) ++begin;
  size_t end = begin;
  while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  text.replace(begin, end - begin, kNumbers[Below(kNumbers.size())]);
}

void Mutation::Erase(std::string& text) {
  text.erase(Below(text.size()), 1 + Below(kLongestPiece));
}

void Mutation::Repeat(std::string& text) {
  const std::string piece = text.substr(Below(text.size()), 1 + Below(kLongestPiece));
  const size_t at = Below(text.size() + 1);
  for (size_t times = 1 + Below(4); times > 0; --times) text.insert(at, piece);
}

void Mutation::Graft(std::string& text, const std::string& other) {
  if (other.empty()) return;
  const std::string piece = other.substr(Below(other.size()), 1 + Below(kLongestPiece));
  const size_t at = Below(text.size() + 1);
  text.replace(at, Below(2) == 0 ? 0 : piece.size(), piece);
}

void Mutation::SwapLines(std::string& text) {
  const size_t first = text.find('\n', Below(text.size()));
  if (first == std::string::npos) return;
  const size_t second = text.find('\n', first + 1);
  if (second == std::string::npos) return;
  const size_t begin = first == 0 ? 0 : text.rfind('\n', first - 1) + 1;
  std::rotate(text.begin() + static_cast<std::ptrdiff_t>(begin),
              text.begin() + static_cast<std::ptrdiff_t>(first + 1),
              text.begin() + static_cast<std::ptrdiff_t>(second + 1));
}

}  // namespace binnacle::fuzz
