// ca/p256_signature.h
//
// The check of an ECDSA signature by a P-256 key that comes along with it, as
// nearly every certificate request has one.
//
// Uses OpenSSL's EC_KEY, which 3.0 calls deprecated, and nothing else here does:
// to make the same key through EVP and to set up the check takes 12 us, and
// through a decoder 140, on top of the 68 that the check itself takes; this
// takes 1. ca/public_key.h is the way for all other keys.
//
// Threads  pure functions.
// Spec     SEC 1, sections 2.3.4 and 4.1.4; RFC 5480.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace binnacle::ca {

// The point of a SubjectPublicKeyInfo in DER, if it is an uncompressed one on
// P-256; whether it is on the curve is not known yet.
std::optional<absl::string_view> P256Point(absl::string_view public_key_info);

enum class P256Check { kGood, kBadPoint, kBadSignature };
P256Check CheckP256Signature(absl::string_view point, absl::string_view digest,
                             absl::string_view signature);

}  // namespace binnacle::ca
