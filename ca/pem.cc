#include "ca/pem.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "openssl/evp.h"

namespace binnacle::ca {
namespace {

constexpr size_t kBytesPerLine = 48;  // 64 characters

constexpr std::array<int8_t, 256> MakeValues() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  constexpr absl::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return values;
}

constexpr std::array<int8_t, 256> kValues = MakeValues();

// Takes one text of base64, which may be spread over lines, step by step.
class Base64Decoder {
 public:
  explicit Base64Decoder(size_t max_characters) { bytes_.reserve(max_characters / 4 * 3 + 3); }

  bool Take(absl::string_view line) {
    if (held_ == 0 && padding_ == 0) TakeFours(&line);
    for (const char c : line) {
      if (c == '=') {
        ++padding_;
        continue;
      }
      const int8_t value = kValues[static_cast<uint8_t>(c)];
      if (value < 0 || padding_ != 0) return false;
      bits_ = bits_ << 6 | static_cast<uint32_t>(value);
      if (++held_ == 4) Emit(3);
    }
    return true;
  }

  bool Finish() {
    if (held_ + padding_ != 4 && held_ + padding_ != 0) return false;
    if (held_ == 1) return false;
    if (held_ == 0) return padding_ == 0;
    // Bits that belong to no byte must be zero, or two texts would mean the same.
    const int spare = held_ == 2 ? 4 : 2;
    if ((bits_ & ((1U << spare) - 1)) != 0) return false;
    bits_ <<= 6 * (4 - held_);
    Emit(held_ - 1);
    return true;
  }

  std::string TakeBytes() { return std::move(bytes_); }

 private:
  // As far as there is nothing but values: nearly always to the end.
  void TakeFours(absl::string_view* line) {
    for (; line->size() >= 4; line->remove_prefix(4)) {
      const int a = Value((*line)[0]);
      const int b = Value((*line)[1]);
      const int c = Value((*line)[2]);
      const int d = Value((*line)[3]);
      if ((a | b | c | d) < 0) return;
      bits_ = static_cast<uint32_t>(a << 18 | b << 12 | c << 6 | d);
      Emit(3);
    }
  }

  static int Value(char c) { return kValues[static_cast<uint8_t>(c)]; }

  void Emit(int count) {
    const char all[3] = {static_cast<char>(bits_ >> 16), static_cast<char>(bits_ >> 8),
                         static_cast<char>(bits_)};
    bytes_.append(all, static_cast<size_t>(count));
    bits_ = 0;
    held_ = 0;
  }

  std::string bytes_;
  uint32_t bits_ = 0;
  int held_ = 0;
  int padding_ = 0;
};

absl::string_view TakeLine(absl::string_view* text) {
  const size_t end = text->find('\n');
  const absl::string_view line = text->substr(0, end);
  text->remove_prefix(end == absl::string_view::npos ? text->size() : end + 1);
  return absl::StripAsciiWhitespace(line);
}

bool ConsumeFrame(absl::string_view word, absl::string_view* line) {
  return absl::ConsumePrefix(line, word) && absl::ConsumeSuffix(line, "-----");
}

absl::StatusOr<PemBlock> ReadBlock(absl::string_view label, absl::string_view* text) {
  Base64Decoder decoder(std::min(text->size(), text->find("-----END ")));
  while (!text->empty()) {
    absl::string_view line = TakeLine(text);
    if (ConsumeFrame("-----END ", &line)) {
      if (line != label || !decoder.Finish()) break;
      return PemBlock{label, decoder.TakeBytes()};
    }
    if (!decoder.Take(line)) break;
  }
  return absl::InvalidArgumentError(absl::StrCat("a damaged PEM block (", label.substr(0, 40),
                                                 "): it is cut short or not all base64"));
}

}  // namespace

absl::StatusOr<std::vector<PemBlock>> ReadPem(absl::string_view text) {
  if (text.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError("not PEM: there are NUL bytes in it");
  }
  std::vector<PemBlock> blocks;
  while (!text.empty()) {
    absl::string_view line = TakeLine(&text);
    if (ConsumeFrame("-----BEGIN ", &line)) {
      auto block = ReadBlock(line, &text);
      if (!block.ok()) return block.status();
      blocks.push_back(*std::move(block));
    } else if (absl::StartsWith(line, "-----")) {
      return absl::InvalidArgumentError("damaged PEM: a line of dashes that begins no block");
    }
  }
  return blocks;
}

std::string WritePem(absl::string_view label, absl::string_view der) {
  std::string text = absl::StrCat("-----BEGIN ", label, "-----\n");
  text.reserve(2 * text.size() + der.size() * 3 / 2 + 8);
  unsigned char line[kBytesPerLine / 3 * 4 + 1];
  for (; !der.empty(); der.remove_prefix(std::min(der.size(), kBytesPerLine))) {
    const int size = EVP_EncodeBlock(line, reinterpret_cast<const unsigned char*>(der.data()),
                                     static_cast<int>(std::min(der.size(), kBytesPerLine)));
    text.append(reinterpret_cast<const char*>(line), static_cast<size_t>(size));
    text += '\n';
  }
  absl::StrAppend(&text, "-----END ", label, "-----\n");
  return text;
}

}  // namespace binnacle::ca
