// server/trust_bundle_secret.h
//
// The trust bundle as agents ask for it: the secret `ROOTCA`.
//
// Threads  pure.
// Spec     Envoy v3 Secret, CertificateValidationContext.
#pragma once

#include "ca/trust_bundle.h"
#include "translator/resource.h"

namespace binnacle::server {

translator::ResourcePtr TrustBundleSecret(const ca::TrustBundle& bundle);

}  // namespace binnacle::server
