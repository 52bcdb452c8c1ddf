// ca/p256_signature.h
//
// ECDSA on P-256: the check of a signature by a key that comes along with it, as
// nearly every certificate request has one, and signatures by a key of ours.
//
// Uses OpenSSL's EC_KEY, which 3.0 calls deprecated, and nothing else here does:
// to make the same key through EVP and to set up the check takes 12 us, and
// through a decoder 140, on top of the 68 that the check itself takes; this
// takes 1. A signature through EVP takes 4 us more than the 25 of its own.
// ca/public_key.h and ca/signing_key.h are the ways for all other keys.
//
// Threads  pure functions; a P256Signer signs for any number of threads.
// Spec     SEC 1, sections 2.3.4 and 4.1.4; RFC 5480.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "ca/private_key.h"

struct ec_key_st;

namespace binnacle::ca {

// The point of a SubjectPublicKeyInfo in DER, if it is an uncompressed one on
// P-256; whether it is on the curve is not known yet.
std::optional<absl::string_view> P256Point(absl::string_view public_key_info);

enum class P256Check { kGood, kBadPoint, kBadSignature };
P256Check CheckP256Signature(absl::string_view point, absl::string_view digest,
                             absl::string_view signature);

class P256Signer {
 public:
  // nullopt: the key is of another kind.
  static std::optional<P256Signer> Of(const PrivateKey& key);

  // ECDSA-Sig-Value in DER; empty, if OpenSSL failed (TakeOpenSslErrors()).
  std::string Sign(absl::string_view digest) const;

 private:
  struct Free {
    void operator()(ec_key_st* key) const;
  };
  explicit P256Signer(ec_key_st* key) : key_(key) {}

  std::unique_ptr<ec_key_st, Free> key_;
};

}  // namespace binnacle::ca
