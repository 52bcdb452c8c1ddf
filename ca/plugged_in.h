// ca/plugged_in.h
//
// An issuer out of a directory that an operator fills:
//
//   ca-cert.pem     the certificate that signs
//   ca-key.pem      its key, which only its owner may read
//   cert-chain.pem  what leads from there to a root; may be missing or empty
//   root-cert.pem   the roots, one or more
//
// Threads  a pure function of the files.
// Errors   kFailedPrecondition: missing, unreadable as what it should be, not
//          fitting together, expired; else the system's. All name the file.
// Spec     Istio's plugged-in CA certificates.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/issuer.h"

namespace binnacle::ca {

absl::StatusOr<Issuer> ReadPluggedIn(const std::string& directory, absl::string_view trust_domain,
                                     absl::Time now);

}  // namespace binnacle::ca
