// translator/tls_accepted.h
//
// What the endpoints behind a service port take from their callers: plaintext,
// the mesh's mutual TLS, or both.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 5.6 and 5.10.
#pragma once

#include <string>
#include <vector>

#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/peer_authentication.h"

namespace binnacle::translator {

// At one endpoint.
struct TlsAccepted {
  const mesh::Endpoint* endpoint = nullptr;  // nullptr: none is known, this is what one would take
  bool sidecar = false;                      // that takes the mesh's mutual TLS
  InboundAuthentication authentication;      // what policies ask of a sidecar there

  bool Plaintext() const;
  bool MeshTls() const;
};

// Never empty.
std::vector<TlsAccepted> TlsAcceptedAt(mesh::View& view, const Destination& destination);

// "reviews-v1.default"; the address where no workload is known.
std::string EndpointName(const mesh::Endpoint& endpoint);

}  // namespace binnacle::translator
