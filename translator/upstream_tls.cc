#include "translator/upstream_tls.h"

#include <algorithm>

#include "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "translator/client_tls.h"
#include "translator/load_balancer.h"
#include "translator/mesh_tls.h"
#include "translator/mutual_tls_mode.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::TransportSocket;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using policy::v1::ClientTlsSettings;

void SetTls(const UpstreamTlsContext& context, TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.tls");
  *socket.mutable_typed_config() = TypedConfig(context);
}

void SetPlaintext(TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.raw_buffer");
  *socket.mutable_typed_config() =
      TypedConfig(envoy::extensions::transport_sockets::raw_buffer::v3::RawBuffer());
}

// Endpoints bear the metadata `tlsMode: istio` where their sidecar takes
// mutual TLS; the second match takes all others.
void SetMatches(const UpstreamTlsContext& context, Cluster& cluster) {
  auto& encrypted = *cluster.add_transport_socket_matches();
  encrypted.set_name("tlsMode-istio");
  (*encrypted.mutable_match()->mutable_fields())["tlsMode"].set_string_value("istio");
  SetTls(context, *encrypted.mutable_transport_socket());
  auto& plain = *cluster.add_transport_socket_matches();
  plain.set_name("tlsMode-disabled");
  plain.mutable_match();
  SetPlaintext(*plain.mutable_transport_socket());
}

// Where the proxy goes to the address that was dialled, no endpoint's metadata
// can choose the socket, so all of them must be able.
bool AllEndpointsCapable(mesh::View& view, const Destination& destination) {
  const auto* endpoints = view.Find<mesh::FactKind::kEndpoints>(destination.service->FactName());
  if (endpoints == nullptr || endpoints->empty()) return false;
  return std::all_of(endpoints->begin(), endpoints->end(),
                     [](const mesh::Endpoint& endpoint) { return endpoint.workload->tls_capable; });
}

bool GoesWhereDialled(const Destination& destination) {
  return destination.service->headless ||
         destination.service->resolution == mesh::Resolution::kPassthrough ||
         IsPassthrough(destination.policy.load_balancer());
}

}  // namespace

bool UsesAutoMutualTls(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                       Origins& origins) {
  if (destination.policy.has_tls() || !proxy.agent) return false;
  if (destination.service->mesh_external) return false;
  if (!view.settings().config.enable_auto_mtls().value()) return false;
  if (ModeOfNamespace(view, destination.service->ns, &origins) == MutualTlsMode::kDisable) {
    return false;
  }
  return !GoesWhereDialled(destination) || AllEndpointsCapable(view, destination);
}

NameFromRequest ApplyUpstreamTls(mesh::View& view, const ProxyClass& proxy,
                                 const Destination& destination, UpstreamHttp http,
                                 Cluster& cluster, Origins& origins) {
  const ClientTlsSettings& tls = destination.policy.tls();
  if (!destination.policy.has_tls()) {
    if (UsesAutoMutualTls(view, proxy, destination, origins)) {
      SetMatches(MeshTlsContext(view, proxy, destination, http), cluster);
    }
    return {};
  }
  switch (tls.mode()) {
    case ClientTlsSettings::ISTIO_MUTUAL:
      if (proxy.agent) {
        SetTls(MeshTlsContext(view, proxy, destination, http), *cluster.mutable_transport_socket());
      }
      return {};
    case ClientTlsSettings::SIMPLE:
    case ClientTlsSettings::MUTUAL:
      if (!CanHaveCredential(tls, proxy, destination.rule)) return {};
      SetTls(ClientTlsContext(tls, view.settings().config, proxy, http),
             *cluster.mutable_transport_socket());
      return NamesFromRequest(tls);
    default:
      return {};
  }
}

}  // namespace binnacle::translator
