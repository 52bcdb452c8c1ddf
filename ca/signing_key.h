// ca/signing_key.h
//
// An issuer's private key made ready to sign: what OpenSSL must look up and set
// up for a key is done once, and used again for each signature.
//
// Threads  Sign() is safe to call from any thread; those that sign at the same
//          time use a context each.
// Errors   kInternal: OpenSSL failed, with its words.
// Spec     RFC 5758 (ECDSA with SHA-2), RFC 4055 (RSA, PKCS#1 v1.5).
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/private_key.h"

namespace binnacle::ca {

class SigningKey {
 public:
  static absl::StatusOr<SigningKey> Make(const PrivateKey& key);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  // The whole AlgorithmIdentifier of its signatures, in DER.
  absl::string_view algorithm() const;
  // As a certificate's signatureValue holds it, without the BIT STRING around.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;

 private:
  class Contexts;
  explicit SigningKey(std::unique_ptr<Contexts> contexts);

  std::unique_ptr<Contexts> contexts_;
};

}  // namespace binnacle::ca
