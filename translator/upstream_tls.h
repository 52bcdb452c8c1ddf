// translator/upstream_tls.h
//
// Over what a cluster connects: plaintext, TLS as a DestinationRule says, or
// the mesh's own mutual TLS, chosen endpoint by endpoint where no rule speaks.
//
// A bare Envoy (ProxyClass::agent false) has no mesh identity: nothing at its
// side could answer for `default` and `ROOTCA`. A rule that says ISTIO_MUTUAL
// therefore means plaintext there, as does automatic mutual TLS; give the
// proxy an agent to have it encrypted. The other modes name files, which it
// reads by itself.
//
// Mesh mutual TLS offers ALPN `istio` (and `h2` where the cluster speaks
// HTTP/2), by which receiving sidecars tell it from an application's own TLS.
// It does not offer `istio-peer-exchange`: a receiver that has Istio's
// metadata filter would then prefix the stream with its metadata, which an
// unmodified Envoy passes on to the application as data.
//
// Threads  pure.
// Spec     policy facts, section 4.3; Envoy v3 UpstreamTlsContext.
#pragma once

#include <optional>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/http_protocol_options.h"
#include "translator/mesh_tls.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// The mesh's own TLS for a destination of which no rule speaks; nullopt where it
// is not offered. Objects that decided are appended to `origins`.
std::optional<MeshTls> FindAutoMutualTls(mesh::View& view, const ProxyClass& proxy,
                                         const Destination& destination, Origins& origins);
// As it was found. `cluster` has its type.
void ApplyAutoMutualTls(const MeshTls& tls, const ProxyClass& proxy, UpstreamHttp http,
                        envoy::config::cluster::v3::Cluster& cluster);

// Sets transport_socket or transport_socket_matches; neither means plaintext.
// Returns what the TLS settings ask of the cluster's HTTP options.
NameFromRequest ApplyUpstreamTls(mesh::View& view, const ProxyClass& proxy,
                                 const Destination& destination, UpstreamHttp http,
                                 envoy::config::cluster::v3::Cluster& cluster, Origins& origins);

}  // namespace binnacle::translator
