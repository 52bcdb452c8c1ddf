// translator/outbound_listeners.h
//
// A sidecar's listeners for traffic that its workload sends, a service port at
// a time.
//
// Spec  policy facts, section 4.1 (outbound listener placement); Envoy v3
//       Listener.
#pragma once

#include <cstdint>
#include <vector>

#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/serialized_listener.h"
#include "translator/translated.h"

namespace binnacle::translator {

// Every listener for service port `port`: the shared HTTP one and those on
// addresses of their own.
std::vector<Translated<SerializedListener>> BuildOutboundListeners(mesh::View& view,
                                                                   const ProxyClass& proxy,
                                                                   uint32_t port);

// `virtualOutbound` on 15001, where captured connections arrive.
Translated<SerializedListener> BuildVirtualOutbound(mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
