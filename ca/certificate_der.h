// ca/certificate_der.h
//
// The parts of an X.509 certificate, found in its DER. Only the structure is
// looked at: what the parts say is the reader's business.
//
// Threads  pure functions; the parts point into the DER they were found in.
// Errors   kInvalidArgument: not a certificate, or a damaged one.
// Spec     RFC 5280, section 4.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace binnacle::ca {

struct ExtensionDer {
  absl::string_view oid;
  bool critical = false;
  absl::string_view value;
};

struct CertificateDer {
  int version = 1;
  absl::string_view serial;           // content of the INTEGER
  absl::string_view inner_algorithm;  // whole, as are the next two
  absl::string_view issuer;
  absl::string_view subject;
  absl::Time not_before;
  absl::Time not_after;
  absl::string_view public_key_info;  // whole
  std::vector<ExtensionDer> extensions;
  absl::string_view outer_algorithm;  // whole

  // nullptr if there is none.
  const ExtensionDer* Find(absl::string_view oid) const;
};

absl::StatusOr<CertificateDer> ParseCertificateDer(absl::string_view der);

// SEQUENCE OF Extension; nothing if it is damaged or names one twice.
std::optional<std::vector<ExtensionDer>> ParseExtensionsDer(absl::string_view content);

struct AltNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns;
  std::vector<std::string> addresses;  // 4 or 16 bytes
  size_t others = 0;
};
std::optional<AltNames> ParseAltNamesDer(absl::string_view value);

// Whether a basicConstraints value says CA:TRUE; nothing if it is damaged.
std::optional<bool> SaysAuthority(absl::string_view value);

// keyUsage, as bits: 0x80 is digitalSignature, 0x04 keyCertSign, 0x02 cRLSign;
// a ninth bit (decipherOnly) is left out. Nothing if it is damaged.
inline constexpr uint8_t kUsageDigitalSignature = 0x80;
inline constexpr uint8_t kUsageKeyEncipherment = 0x20;
inline constexpr uint8_t kUsageCertSign = 0x04;
inline constexpr uint8_t kUsageCrlSign = 0x02;
std::optional<uint8_t> ParseKeyUsageDer(absl::string_view value);

// The key itself: the bits of subjectPublicKey. Empty if it is damaged.
absl::string_view PublicKeyBits(absl::string_view public_key_info);

// UTCTime to 2049, GeneralizedTime beyond.
std::string DerTime(absl::Time time);

}  // namespace binnacle::ca
