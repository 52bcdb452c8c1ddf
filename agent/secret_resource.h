// agent/secret_resource.h
//
// Envoy's Secret messages, serialised.
//
// Threads  none of its own.
// Spec     Envoy v3 Secret, TlsCertificate, CertificateValidationContext;
//          policy facts, section 4.2: the names `default` and `ROOTCA`.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "ca/secret_text.h"

namespace binnacle::agent {

inline constexpr absl::string_view kOwnCertificate = "default";
inline constexpr absl::string_view kTrustedRoots = "ROOTCA";
inline constexpr absl::string_view kSecretTypeUrl =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

ca::SecretText CertificateSecret(absl::string_view name, absl::string_view chain_pem,
                                 const ca::SecretText& key_pem);
ca::SecretText RootsSecret(absl::string_view name, absl::string_view roots_pem);

}  // namespace binnacle::agent
