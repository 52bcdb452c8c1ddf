// ca/root_certificate.h
//
// A new root for a trust domain: a key, and a certificate that it signs itself.
//
// Threads  a pure function.
// Errors   kInvalidArgument: no trust domain, or no lifetime; kInternal:
//          OpenSSL failed, with its words.
// Spec     SPIFFE X509-SVID, section 3 (signing certificates); RFC 5280.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ca/issuer.h"
#include "ca/private_key.h"

namespace binnacle::ca {

absl::StatusOr<Issuer> MakeRoot(const std::string& trust_domain, KeyAlgorithm algorithm,
                                absl::Duration lifetime, absl::Time now);

}  // namespace binnacle::ca
