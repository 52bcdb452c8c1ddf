// ca/private_key.h
//
// A private key, with what it can do: sign, and be written down for its owner.
//
// Threads  immutable once made; share as shared_ptr<const PrivateKey> or by
//          value (a value shares the key itself).
// Errors   kInvalidArgument: text that is no such key, or a key that is too
//          weak (RSA below 2048 or above 4096 bits, curves other than P-256,
//          P-384); kInternal: OpenSSL failed, with its words.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/openssl.h"
#include "ca/secret_text.h"

namespace binnacle::ca {

enum class KeyAlgorithm : uint8_t { kEcP256, kEcP384, kRsa2048, kRsa3072, kRsa4096 };

// "ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096".
absl::StatusOr<KeyAlgorithm> ParseKeyAlgorithm(absl::string_view word);
absl::string_view KeyAlgorithmName(KeyAlgorithm algorithm);

// Whether a key, of which only the public half may be known, is strong enough.
absl::Status CheckKeyStrength(const EVP_PKEY* key);

class PrivateKey {
 public:
  static absl::StatusOr<PrivateKey> Generate(KeyAlgorithm algorithm);
  // PKCS#8, SEC1 or PKCS#1; not encrypted.
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem);

  SecretText ToPem() const;  // PKCS#8
  std::string PublicPem() const;
  EVP_PKEY* get() const { return key_.get(); }

 private:
  explicit PrivateKey(EvpKeyPtr key) : key_(std::move(key)) {}

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace binnacle::ca
