// translator/mesh_tls.h
//
// The calling side of the mesh's mutual TLS: the workload's own certificate,
// and the identities that the other side may have.
//
// Threads  pure.
// Spec     policy facts, section 4.3 (mesh mTLS UpstreamTlsContext).
#pragma once

#include <string>
#include <vector>

#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/http_protocol_options.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// What of it differs from destination to destination.
struct MeshTls {
  std::string server_name;
  std::vector<std::string> accepted;  // identities of the other side; empty: any of the mesh
};
MeshTls FindMeshTls(mesh::View& view, const Destination& destination);

// Fills in `context`, which is empty: where most clusters need one, the caller
// had better take it from an arena.
void SetMeshTls(const MeshTls& tls, const ProxyClass& proxy, UpstreamHttp http,
                envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext& context);

}  // namespace binnacle::translator
