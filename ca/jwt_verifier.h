// ca/jwt_verifier.h
//
// Tokens that are JWTs: signature, issuer, audience, time, and a subject that
// is a service account.
//
// Only asymmetric algorithms (RS, PS and ES, 256 to 512) that fit the key are
// taken: never `none`, never HMAC with a public key.
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
