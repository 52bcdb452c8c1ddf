// ca/token_algorithm.h
//
// The signature algorithms of tokens that are taken, and the keys each fits.
// What is not listed, `none` and HMAC above all, is no algorithm here.
//
// Threads  none of its own.
// Spec     RFC 7518 section 3; RFC 8725 sections 3.1 and 3.2.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/openssl.h"
#include "jwt.h"

namespace binnacle::ca {

// RS256, RS384, RS512, ES256, ES384, ES512.
std::optional<jwt_alg_t> TokenAlgorithmNamed(absl::string_view name);

// An RSA key for RS..., a key on the one curve that belongs to ES...
bool AlgorithmFits(jwt_alg_t algorithm, const EVP_PKEY* key);

// The key as PEM, if some algorithm fits it and it is strong enough: RSA of
// 2048 to 8192 bits, or EC on P-256, P-384 or P-521. kInvalidArgument if not.
absl::StatusOr<std::string> TokenKeyPem(EVP_PKEY* key);

}  // namespace binnacle::ca
