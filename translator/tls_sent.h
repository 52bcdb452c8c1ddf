// translator/tls_sent.h
//
// What a class of clients sends when it connects to a destination, and why: the
// same decisions as in upstream_tls.h, told instead of carried out.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 4.3 and 5.8.
#pragma once

#include <cstdint>

#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct TlsSent {
  enum class What : uint8_t {
    kPlaintext,
    kMeshTls,     // the mesh's mutual TLS, to every endpoint
    kByEndpoint,  // that, to each endpoint that takes it, and plaintext to others
    kOtherTls,    // SIMPLE or MUTUAL: no TLS of the mesh
  };
  enum class Why : uint8_t {
    kRule,          // a DestinationRule says so
    kNoCredential,  // it does, but this proxy may not have the secret it names
    kAutomatic,
    kNoIdentity,  // the proxy has no agent
    kProxyless,   // a gRPC library is given no certificates
    kExternal,
    kTurnedOff,  // no rule speaks, and enableAutoMtls is false
    kNamespaceTakesPlaintext,
    kNotEveryEndpoint,
  };

  What what = What::kPlaintext;
  Why why = Why::kRule;
  Origins decided_by;  // policies, other than the rule; for kNamespaceTakesPlaintext
};

TlsSent TlsSentTo(mesh::View& view, const ProxyClass& client, const Destination& destination);

}  // namespace binnacle::translator
