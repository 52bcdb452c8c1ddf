// translator/key_material.h
//
// Whether the texts in a Secret are what they are said to be. An Envoy that is
// sent a certificate which it cannot use refuses the whole response, and with
// it the good certificates that came along; so such a text is never sent.
//
// Threads  pure.
// Spec     Envoy v3 TlsCertificate, CertificateValidationContext.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

// PEM: a certificate and those above it, and the first one's private key, of a
// kind that Envoy takes (RSA from 2048 bits, P-256, P-384, P-521, Ed25519).
bool IsKeyPair(absl::string_view chain, absl::string_view key);

// Why not: "its key is not that of its certificate". Empty for such a pair.
std::string KeyPairFault(absl::string_view chain, absl::string_view key);

// PEM: one certificate at least, and nothing damaged.
bool AreRoots(absl::string_view pem);

// PEM: one list of revoked certificates at least, and nothing damaged.
bool IsRevocationList(absl::string_view pem);

// DER: a successful answer on one certificate.
bool IsOcspStaple(absl::string_view der);

}  // namespace binnacle::translator
