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

// False for a proxy without an identity of its own, and where a rule speaks.
// Objects that decided are appended to `origins`.
bool UsesAutoMutualTls(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                       Origins& origins);

// Whether the endpoint's sidecar takes mutual TLS on `port`, the port that the
// workload listens on: what it will have been told by policies of any age.
bool TakesMutualTls(mesh::View& view, const Destination& destination,
                    const mesh::Workload& workload, uint32_t port, Origins& origins);

}  // namespace binnacle::translator
