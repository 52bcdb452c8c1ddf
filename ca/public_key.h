// ca/public_key.h
//
// A stranger's public key, read from its DER.
//
// Through OpenSSL's decoders, which are slow: see p256_signature.h for the keys
// that nearly all have.
//
// Threads  pure functions.
// Errors   kInvalidArgument: damaged, too weak (see CheckKeyStrength), a
//          compressed point, or not in its one canonical form.
// Spec     RFC 5280, SubjectPublicKeyInfo; RFC 5480.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/openssl.h"

namespace binnacle::ca {

absl::StatusOr<EvpKeyPtr> ReadPublicKeyInfo(absl::string_view der);

}  // namespace binnacle::ca
