// ca/public_key.h
//
// A stranger's public key, read from its DER.
//
// P-256, which nearly all have, is read by hand: OpenSSL 3.0's decoders take
// longer over it than over the check of a signature.
//
// Threads  pure functions.
// Errors   kInvalidArgument: damaged, too weak (see CheckKeyStrength), or not
//          in its one canonical form.
// Spec     RFC 5280, SubjectPublicKeyInfo; RFC 5480.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/openssl.h"

namespace binnacle::ca {

absl::StatusOr<EvpKeyPtr> ReadPublicKeyInfo(absl::string_view der);

}  // namespace binnacle::ca
