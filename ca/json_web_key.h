// ca/json_web_key.h
//
// A JWK Set: public keys as JSON.
//
// Threads  none of its own.
// Errors   kInvalidArgument: no JWK Set, or none of its keys is of use.
// Spec     RFC 7517 sections 4 and 5, RFC 7518 section 6.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/verification_keys.h"

namespace binnacle::ca {

// Keys that are malformed or weak, of other types, for other uses or for other
// algorithms are left out, as RFC 7517 section 5 wants.
absl::StatusOr<std::vector<VerificationKey>> ParseJsonWebKeySet(absl::string_view text);

}  // namespace binnacle::ca
