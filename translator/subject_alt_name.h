// translator/subject_alt_name.h
//
// Names of which the other side's certificate must bear one.
//
// Threads  pure.
// Spec     Envoy v3 CertificateValidationContext, SubjectAltNameMatcher.
#pragma once

#include <string>
#include <vector>

#include "envoy/extensions/transport_sockets/tls/v3/common.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// No names: no check. Versions of Envoy that know no typed matchers get the
// older ones, since a check that is not understood would be no check.
void AddAcceptedNames(
    const std::vector<std::string>& names, const EnvoyVersion& envoy,
    envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext& context);

// Every URI that begins with `prefix`: "spiffe://cluster.local/".
void AddAcceptedUriPrefix(
    const std::string& prefix, const EnvoyVersion& envoy,
    envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext& context);

}  // namespace binnacle::translator
