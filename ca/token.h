// ca/token.h
//
// Short-lived tokens that this authority makes for agents which have no
// certificate yet.
//
// Threads  TokenIssuer: safe to call from any thread.
// Errors   Open(): kDataLoss if the stored key is damaged. Make():
//          kInvalidArgument for a namespace or account that is no name, or a
//          lifetime below a second or above kMaxLifetime.
// Spec     RFC 7519; claims as in a Kubernetes service account token: sub
//          "system:serviceaccount:<ns>:<account>", aud, iss, iat, nbf, exp, jti.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/clock.h"
#include "ca/private_key.h"
#include "ca/secret_text.h"
#include "ca/storage.h"

namespace binnacle::ca {

inline constexpr absl::string_view kTokenAudience = "istio-ca";
inline constexpr absl::string_view kTokenIssuer = "binnacle";

class TokenIssuer {
 public:
  static constexpr absl::Duration kDefaultLifetime = absl::Hours(1);
  static constexpr absl::Duration kMaxLifetime = absl::Hours(24);

  // The key (ES256) is made at the first start and kept in `storage`.
  static absl::StatusOr<std::unique_ptr<TokenIssuer>> Open(Storage& storage, const Clock& clock);

  absl::StatusOr<SecretText> Make(absl::string_view ns, absl::string_view service_account,
                                  absl::Duration lifetime) const;
  std::string PublicPem() const { return key_.PublicPem(); }

 private:
  TokenIssuer(PrivateKey key, const Clock& clock) : key_(std::move(key)), clock_(clock) {}

  const PrivateKey key_;
  const Clock& clock_;
};

}  // namespace binnacle::ca
