// ca/x509_svid.h
//
// The rules of a workload's certificate, checked one by one.
//
// Reads the certificate anew from its bytes, so that a mistake in making it is
// found before it is given out. Its signature is not checked: see
// TrustBundle::Verify().
//
// Threads  a pure function.
// Errors   kInternal, as only this CA's own certificates are asked about: the
//          rule that is broken.
// Spec     SPIFFE X509-SVID, sections 2 to 4; RFC 5280, section 4.
#pragma once

#include "absl/status/status.h"
#include "ca/certificate.h"
#include "ca/spiffe_id.h"

namespace binnacle::ca {

absl::Status ValidateX509Svid(const Certificate& svid, const SpiffeId& id,
                              const Certificate& issuer);

// The same for a server's, which has no SPIFFE ID and is for no client.
absl::Status ValidateServing(const Certificate& serving, const Certificate& issuer);

}  // namespace binnacle::ca
