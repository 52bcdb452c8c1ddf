// translator/gateway_filter_chains.h
//
// The filter chains of one port of a gateway: one for plaintext, one for each
// TLS server or route, told apart by the name that the client asks for (SNI).
// A TLS connection that asks for no name that a server has is not taken.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 1.1, 1.2 (tls[], tcp[]), 4.4, 5.12; Envoy v3
//          FilterChain.
#pragma once

#include "mesh/view.h"
#include "translator/filter_chain_match.h"
#include "translator/gateway_servers.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

FilterChains BuildGatewayFilterChains(mesh::View& view, const ProxyClass& proxy,
                                      const GatewayPort& port, Origins& origins);

}  // namespace binnacle::translator
