// translator/listener_keepalive.h
//
// TCP keepalive on the connections that a listener takes, as the mesh
// configuration asks for it. Connections inherit it from the socket that the
// listener is bound to, so listeners without one have no use for it.
//
// Threads  pure.
// Spec     policy facts, section 3 (tcpKeepalive); Envoy v3 SocketOption.
#pragma once

#include "envoy/config/listener/v3/listener.pb.h"
#include "proto/policy/mesh_config.pb.h"

namespace binnacle::translator {

void SetKeepalive(const policy::v1::MeshConfig& config,
                  envoy::config::listener::v3::Listener& listener);

}  // namespace binnacle::translator
