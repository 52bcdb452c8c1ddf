// translator/server_credential.h
//
// Secrets that the servers of Gateways name: what each is called when a
// gateway's Envoy asks for it, and so all that a gateway is given for them.
//
//   credentialName: web         "kubernetes://web", its roots "kubernetes://web-cacert"
//   credentialName: builtin://  the mesh's own identity, which the agent has
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 1.1 (tls) and 4.4 (secret lookup).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "proto/policy/tls.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// Of a server's certificates, in its order; none where they are files.
std::vector<std::string> CertificateSecretNames(const policy::v1::ServerTlsSettings& tls);

// Of the roots that its clients' certificates are checked with: those it names,
// or else those beside its first certificate. Empty where they are a file.
std::string RootsSecretName(const policy::v1::ServerTlsSettings& tls);

// True if a server of a Gateway that selects the class names the secret, or
// the certificate beside which it lies.
bool ServerNamesSecret(mesh::View& view, const ProxyClass& proxy, absl::string_view secret_name);

}  // namespace binnacle::translator
