// ca/jwt_verifier.h
//
// Tokens that are JWTs: signature, issuer, audience, time, and a subject that
// is a service account.
//
// Only RS and ES (256 to 512), with keys that fit them, are taken: never `none`,
// never HMAC with a public key. PS is not, as libjwt 1.10 does not know it.
// Clocks may differ by a minute; a token has at most 16 KiB.
//
// Threads  safe to call from any thread; may block in its KeySource.
// Errors   as caller.h says.
// Spec     RFC 7519, RFC 8725 (best current practices).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ca/caller.h"
#include "ca/clock.h"
#include "ca/verification_keys.h"

namespace binnacle::ca {

struct JwtRules {
  std::string trust_domain;
  std::string issuer;                  // `iss` must be this
  std::vector<std::string> audiences;  // `aud` must hold one of these
};

std::unique_ptr<TokenVerifier> NewJwtVerifier(JwtRules rules, std::unique_ptr<KeySource> keys,
                                              const Clock& clock);

}  // namespace binnacle::ca
