// translator/endpoint_authentication.h
//
// How callers must prove themselves to an endpoint, as the proxy at its side
// will have been told.
//
// Several services may have one port of a workload in common. Its proxy goes by
// the first of them, by namespace and host (local_port.h), so a policy of 2018
// for another does not count, also not for those who call the other.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 5.6 and 5.10.
#pragma once

#include <cstdint>

#include "mesh/service.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/peer_authentication.h"

namespace binnacle::translator {

// `port` is the one that the workload listens on for the destination.
InboundAuthentication AuthenticationAtEndpoint(mesh::View& view, const Destination& destination,
                                               const mesh::Endpoint& endpoint, uint32_t port);

}  // namespace binnacle::translator
