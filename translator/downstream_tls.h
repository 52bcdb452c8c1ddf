// translator/downstream_tls.h
//
// TLS as a proxy takes it off its callers' connections: the mesh's own mutual
// TLS at a sidecar, and what a Gateway's server asks for at the edge.
//
// A stock Envoy has no filter for the metadata that Istio's own build exchanges
// after agreeing on ALPN `istio-peer-exchange`, and would hand it to the
// application as data. So that word is never offered.
//
// Threads  pure, but for what the View records.
// Spec     policy facts, sections 1.1 (tls), 3 (tlsDefaults, meshMTLS), 4.2,
//          4.4; Envoy v3 DownstreamTlsContext in a TransportSocket, serialised.
#pragma once

#include <optional>
#include <string>

#include "mesh/view.h"
#include "proto/policy/mesh_config.pb.h"
#include "proto/policy/tls.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// With the workload's own certificate, for callers of the mesh.
std::string BuildMeshTlsSocket(const policy::v1::MeshConfig& config, const ProxyClass& proxy,
                               bool certificate_required);

// For a server that takes TLS off. nullopt if this proxy has no certificate to
// show: mode ISTIO_MUTUAL without an agent, or none named.
std::optional<std::string> BuildGatewayTlsSocket(mesh::View& view, const ProxyClass& proxy,
                                                 const policy::v1::ServerTlsSettings& tls);

}  // namespace binnacle::translator
