// translator/listener_filters.h
//
// Filters that look at a connection before its filter chain is chosen.
//
// Threads  pure.
// Spec     policy facts, section 4.2; Envoy v3 ListenerFilter.
#pragma once

#include <cstdint>
#include <vector>

#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/listener/v3/listener_components.pb.h"
#include "proto/policy/mesh_config.pb.h"
#include "translator/filter_chain_match.h"

namespace binnacle::translator {

// No setting bears on these: each is made once for the process, to be copied.
//
// Finds out where a captured connection was going.
const envoy::config::listener::v3::ListenerFilter& OriginalDst();
// Reads SNI and ALPN of a TLS connection.
const envoy::config::listener::v3::ListenerFilter& TlsInspector();
// Tells HTTP from other plaintext.
const envoy::config::listener::v3::ListenerFilter& HttpInspector();

// Keeps the filter from connections to these ports, or from all others. A
// protocol in which the server speaks first would wait for it for ever.
void DisableOnPorts(const std::vector<uint32_t>& ports,
                    envoy::config::listener::v3::ListenerFilter& filter);
void EnableOnlyOnPorts(const std::vector<uint32_t>& ports,
                       envoy::config::listener::v3::ListenerFilter& filter);

// The inspectors that the chains need.
void AddInspectors(const FilterChains& chains, envoy::config::listener::v3::Listener& listener);

// How long inspection may take; after that the connection goes on as if
// nothing had been found. 0s: for ever.
void SetDetectionTimeout(const policy::v1::MeshConfig& config,
                         envoy::config::listener::v3::Listener& listener);

}  // namespace binnacle::translator
