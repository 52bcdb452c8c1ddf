// translator/auto_mutual_tls.h
//
// The mesh's mutual TLS where no rule says how to connect: which destinations
// are offered it, and which of their endpoints take it.
//
// Threads  pure.
// Spec     policy facts, section 5.8.
#pragma once

#include <cstdint>

#include "mesh/service.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// What becomes of it where a class of clients connects to a destination.
enum class AutoMutualTls : uint8_t {
  kOffered,
  kRuleSpeaks,               // a DestinationRule says how to connect
  kNoIdentity,               // the proxy has no certificate of its own
  kExternal,                 // the service is not of the mesh
  kTurnedOff,                // enableAutoMtls is false
  kNamespaceTakesPlaintext,  // a PeerAuthentication says so
  kNotEveryEndpoint,         // one socket serves for all, and not all are able
};

// Objects that decided are appended to `origins`.
AutoMutualTls AutoMutualTlsFor(mesh::View& view, const ProxyClass& proxy,
                               const Destination& destination, Origins& origins);

inline bool UsesAutoMutualTls(mesh::View& view, const ProxyClass& proxy,
                              const Destination& destination, Origins& origins) {
  return AutoMutualTlsFor(view, proxy, destination, origins) == AutoMutualTls::kOffered;
}

// Whether the endpoint's sidecar takes mutual TLS on `port`, the port that the
// workload listens on: what it will have been told by policies of any age.
bool TakesMutualTls(mesh::View& view, const Destination& destination,
                    const mesh::Endpoint& endpoint, uint32_t port, Origins& origins);

}  // namespace binnacle::translator
