// translator/client_tls.h
//
// TLS that a DestinationRule orders with certificates of its own: modes SIMPLE
// and MUTUAL.
//
// With an agent at its side a proxy gets certificate files through SDS
// (`file-cert:<cert>~<key>`, `file-root:<ca>`), so that renewed files take
// effect; a bare Envoy is given the file names. Secrets by name come over ADS.
//
// Threads  pure.
// Spec     policy facts, section 4.3; Envoy v3 UpstreamTlsContext.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "mesh/rule_set.h"
#include "proto/policy/mesh_config.pb.h"
#include "proto/policy/tls.pb.h"
#include "translator/http_protocol_options.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// Where system roots are kept on a bare Envoy's machine.
inline constexpr absl::string_view kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

// False where the rule names a secret that this proxy cannot have: a sidecar
// under a rule that was not written for it (no workloadSelector), which then
// connects in plaintext, as such rules are meant for the egress gateway.
bool CanHaveCredential(const policy::v1::ClientTlsSettings& tls, const ProxyClass& proxy,
                       const mesh::Rule* rule);

envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext ClientTlsContext(
    const policy::v1::ClientTlsSettings& tls, const policy::v1::MeshConfig& mesh,
    const ProxyClass& proxy, UpstreamHttp http);

// Without a written name the request's own is asked for and checked.
NameFromRequest NamesFromRequest(const policy::v1::ClientTlsSettings& tls);

}  // namespace binnacle::translator
