// policy/tls_rule.h
//
// What server and client TLS settings must hold in every mode: certificates
// from one place only, versions and ciphers that exist.
//
// Threads  pure.
// Spec     Istio ServerTLSSettings, ClientTLSSettings, MeshConfig.TLSConfig.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "policy/place.h"
#include "proto/policy/tls.pb.h"

namespace binnacle::policy {

// A Gateway server's `tls`, where the protocol asks for TLS.
void CheckServerTls(const v1::ServerTlsSettings& tls, const Place& at);

// A DestinationRule's `tls`; `ns` is the rule's own namespace.
void CheckClientTls(const v1::ClientTlsSettings& tls, absl::string_view ns, const Place& at);

// Words that are unknown or repeated are dropped, so they are warned of.
void CheckCipherSuites(const google::protobuf::RepeatedPtrField<std::string>& ciphers,
                       const Place& at);
void CheckEcdhCurves(const google::protobuf::RepeatedPtrField<std::string>& curves,
                     const Place& at);

}  // namespace binnacle::policy
