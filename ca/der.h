// ca/der.h
//
// DER by hand, for certificates and requests: OpenSSL 3.0 decodes the public
// key of whatever it reads, which costs more than to check a signature and to
// make one together.
//
// Threads  values and pure functions.
// Errors   DerReader: an empty optional, and then nothing more can be read.
// Spec     X.690: definite lengths in their shortest form, tags of one byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::ca {

inline constexpr uint8_t kDerBoolean = 0x01;
inline constexpr uint8_t kDerInteger = 0x02;
inline constexpr uint8_t kDerBitString = 0x03;
inline constexpr uint8_t kDerOctetString = 0x04;
inline constexpr uint8_t kDerOid = 0x06;
inline constexpr uint8_t kDerUtcTime = 0x17;
inline constexpr uint8_t kDerGeneralizedTime = 0x18;
inline constexpr uint8_t kDerSequence = 0x30;
inline constexpr uint8_t kDerSet = 0x31;
// Context-specific, of one value and of many: [n].
constexpr uint8_t DerContext(uint8_t n) { return 0x80 | n; }
constexpr uint8_t DerContextMany(uint8_t n) { return 0xA0 | n; }

// Object identifiers, as DER holds them.
inline constexpr absl::string_view kOidSubjectKeyIdentifier = "\x55\x1d\x0e";
inline constexpr absl::string_view kOidKeyUsage = "\x55\x1d\x0f";
inline constexpr absl::string_view kOidSubjectAltName = "\x55\x1d\x11";
inline constexpr absl::string_view kOidBasicConstraints = "\x55\x1d\x13";
inline constexpr absl::string_view kOidAuthorityKeyIdentifier = "\x55\x1d\x23";
inline constexpr absl::string_view kOidExtendedKeyUsage = "\x55\x1d\x25";

// Reads values one after another out of `bytes`, which must outlive what is
// read.
class DerReader {
 public:
  explicit DerReader(absl::string_view bytes) : rest_(bytes) {}

  struct Element {
    absl::string_view whole;    // with tag and length
    absl::string_view content;  // without
  };

  bool empty() const { return rest_.empty(); }
  bool NextIs(uint8_t tag) const { return !rest_.empty() && static_cast<uint8_t>(rest_[0]) == tag; }
  uint8_t next_tag() const { return rest_.empty() ? 0 : static_cast<uint8_t>(rest_[0]); }

  std::optional<Element> ReadElement(uint8_t tag);
  std::optional<absl::string_view> Read(uint8_t tag);  // its content
  // Content of a BIT STRING whose bits fill its bytes.
  std::optional<absl::string_view> ReadWholeBytes();
  std::optional<bool> ReadBoolean();

 private:
  absl::string_view rest_;
};

std::string Der(uint8_t tag, absl::string_view content);
void AppendDer(uint8_t tag, absl::string_view content, std::string* out);
// What is appended between these two is the content. Nests.
[[nodiscard]] size_t BeginDer(uint8_t tag, std::string* out);
void EndDer(size_t begun, std::string* out);
// A BIT STRING whose bits fill its bytes.
std::string DerWholeBytes(absl::string_view bytes);
// Non-negative, of big-endian bytes.
std::string DerUnsigned(absl::string_view magnitude);

}  // namespace binnacle::ca
