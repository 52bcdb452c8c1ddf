// ca/certificate_request.h
//
// A CSR (PKCS#10): what a caller sends to have its key certified, and how an
// agent makes one.
//
// Only the key and the proof that the caller holds it count. Names, key usages
// and other wishes in it are ignored: the identity comes from the caller's
// credential alone. A CSR that asks to be an authority is refused.
//
// Threads  immutable.
// Errors   Parse(): kInvalidArgument, with a reason that may be told to the
//          caller: not PEM, damaged, too large, more than one, signature does
//          not fit the key, key too weak, a broken signature algorithm (MD5,
//          SHA-1).
// Spec     RFC 2986; SPIFFE X509-SVID, section 4.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/private_key.h"
#include "ca/spiffe_id.h"

namespace binnacle::ca {

class CertificateRequest {
 public:
  static constexpr size_t kMaxBytes = 16 << 10;

  static absl::StatusOr<CertificateRequest> Parse(absl::string_view pem);
  // As an agent sends it: PEM, with the identity as its only name. Who leaves the
  // identity to the credential alone gives none.
  static absl::StatusOr<std::string> Make(const PrivateKey& key, const std::optional<SpiffeId>& id);

  // SubjectPublicKeyInfo in DER, as the certificate will have it.
  const std::string& public_key_info() const { return public_key_info_; }

 private:
  explicit CertificateRequest(std::string public_key_info)
      : public_key_info_(std::move(public_key_info)) {}

  std::string public_key_info_;
};

}  // namespace binnacle::ca
