// translator/tls_reach.h
//
// Whether what a client sends is taken by an endpoint.
//
// Threads  pure.
// Spec     policy facts, sections 4.2 and 4.3.
#pragma once

#include <cstdint>
#include <string>

#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/tls_accepted.h"
#include "translator/tls_sent.h"

namespace binnacle::translator {

enum class TlsReach : uint8_t {
  kReached,
  kPlaintextRefused,   // the endpoint takes mutual TLS only
  kMeshTlsRefused,     // a policy has switched mutual TLS off there
  kNoSidecar,          // nobody is there to take mutual TLS
  kOtherTlsRefused,    // the endpoint takes the mesh's mutual TLS only
  kOtherTlsAtSidecar,  // a sidecar that expects HTTP cannot read the rule's TLS
  kOtherIdentity,      // the rule accepts only names that the endpoint does not have
};

TlsReach ReachOf(mesh::View& view, const Destination& destination, const TlsSent& sent,
                 const TlsAccepted& accepted);

// What is sent to this endpoint, where that depends on it.
bool SendsMeshTls(const TlsSent& sent, const TlsAccepted& accepted);

// "spiffe://cluster.local/ns/default/sa/reviews"; empty where no service
// account is known.
std::string IdentityAt(mesh::View& view, const TlsAccepted& accepted);

}  // namespace binnacle::translator
