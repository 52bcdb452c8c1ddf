// translator/cluster.h
//
// One outbound cluster, put together from its parts.
//
// Threads  pure.
// Spec     policy facts, section 4.1; Envoy v3 Cluster.
#pragma once

#include <optional>
#include <string>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/mesh_tls.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct ClusterNames {
  std::string name;        // `outbound|port|subset|host`
  std::string statistics;  // by which its statistics are counted
};
ClusterNames NamesOf(const Destination& destination);

// One of which no rule speaks, at an Envoy. `out` is empty but for its origins;
// `tls` as FindAutoMutualTls() gives it.
void SetPlainCluster(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                     ClusterNames names, const std::optional<MeshTls>& tls,
                     Translated<envoy::config::cluster::v3::Cluster>& out);

// `outbound|port|subset|host`; nullopt if the proxy cannot go there (a gRPC
// library, where names are resolved in more ways than it knows).
std::optional<Translated<envoy::config::cluster::v3::Cluster>> BuildOutboundCluster(
    mesh::View& view, const ProxyClass& proxy, const Destination& destination);

// `outbound_.port_.subset_.host`, to which a gateway passes mesh TLS on
// unopened: so it has no transport socket of its own.
std::optional<Translated<envoy::config::cluster::v3::Cluster>> BuildSniDnatCluster(
    mesh::View& view, const ProxyClass& proxy, const Destination& destination);

}  // namespace binnacle::translator
