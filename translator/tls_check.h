// translator/tls_check.h
//
// Whether clients and servers agree on TLS: for each port of each service, what
// the server's policies take, what the client's rules send, and where the two
// conflict.
//
// What the server takes is decided at the workloads behind the port, since
// that is where policies are enforced; a conflict with one of them is a
// conflict. A rule's subsets have no rows of their own: a subset whose own TLS
// conflicts is told of in the explanation.
//
// Threads  pure.
// Spec     policy facts, sections 5.6, 5.8, 5.10, 5.11; design section 4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

struct TlsCheck {
  std::string host;
  uint32_t port = 0;
  bool conflict = false;
  std::string server;            // "HTTP", "mTLS" or "HTTP/mTLS"
  std::string client;            // the same; TLS that is not the mesh's counts as HTTP
  std::string authn_policy;      // "name/namespace", or "-"
  std::string destination_rule;  // "name/namespace", or "-"
  std::string policy_origin;     // "mesh/policy.yaml:3"; empty if there is none
  std::string rule_origin;       // the same; joined by ", " if several objects were merged
  std::string explanation;       // of a conflict, one sentence; else remarks, if any
  // Subsets of the rule whose own TLS conflicts, which `explanation` tells of.
  std::vector<std::string> conflicting_subsets;
};

// Every service that the client sees, by host and port.
std::vector<TlsCheck> CheckTls(mesh::View& view, const ProxyClass& client);
// One of them; empty if the client sees no such service.
std::vector<TlsCheck> CheckTlsTo(mesh::View& view, const ProxyClass& client,
                                 absl::string_view host);

// Every service, as a sidecar in the service's own namespace sees it, with an
// agent and no labels. A service that its own namespace does not see is left
// out. `namespaces`: those that have services.
std::vector<TlsCheck> CheckTlsWithin(mesh::View& view, const std::vector<std::string>& namespaces);

}  // namespace binnacle::translator
