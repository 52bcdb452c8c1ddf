#include "translator/upstream_tls.h"

#include <string>

#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "google/protobuf/any.pb.h"
#include "translator/auto_mutual_tls.h"
#include "translator/client_tls.h"
#include "translator/mesh_tls.h"
#include "translator/message_space.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::TransportSocket;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using google::protobuf::Any;
using policy::v1::ClientTlsSettings;

Any& SetTls(TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.tls");
  return *socket.mutable_typed_config();
}

// Nearly every cluster of a mesh has one of these and drops it once it is
// packed, so it lives on the stack.
void PackMeshTls(const MeshTls& tls, const ProxyClass& proxy, UpstreamHttp http, Any& packed) {
  MessageSpace space;
  auto& context = space.New<UpstreamTlsContext>();
  SetMeshTls(tls, proxy, http, context);
  SetTypedConfig(context, packed);
}

void SetPlaintext(TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.raw_buffer");
  // An empty message: packing it would only cost time.
  socket.mutable_typed_config()->set_type_url(
      "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer");
}

// Endpoints bear the metadata `tlsMode: istio` where their sidecar takes
// mutual TLS; the second match takes all others.
Any& SetMatches(Cluster& cluster) {
  auto& encrypted = *cluster.add_transport_socket_matches();
  encrypted.set_name("tlsMode-istio");
  (*encrypted.mutable_match()->mutable_fields())["tlsMode"].set_string_value("istio");
  Any& context = SetTls(*encrypted.mutable_transport_socket());
  auto& plain = *cluster.add_transport_socket_matches();
  plain.set_name("tlsMode-disabled");
  plain.mutable_match();
  SetPlaintext(*plain.mutable_transport_socket());
  return context;
}

// A service may say itself which names its certificates bear.
ClientTlsSettings WithServiceNames(const Destination& destination) {
  ClientTlsSettings tls = destination.policy.tls();
  if (!tls.subject_alt_names().empty() || tls.insecure_skip_verify().value()) return tls;
  for (const std::string& name : destination.service->subject_alt_names) {
    tls.add_subject_alt_names(name);
  }
  return tls;
}

NameFromRequest ApplyClientTls(const ClientTlsSettings& tls, const policy::v1::MeshConfig& mesh,
                               const ProxyClass& proxy, const mesh::Rule* rule, UpstreamHttp http,
                               Cluster& cluster) {
  if (!CanHaveCredential(tls, proxy, rule)) return {};
  SetTypedConfig(ClientTlsContext(tls, mesh, proxy, http),
                 SetTls(*cluster.mutable_transport_socket()));
  return NamesFromRequest(tls);
}

}  // namespace

std::optional<MeshTls> FindAutoMutualTls(mesh::View& view, const ProxyClass& proxy,
                                         const Destination& destination, Origins& origins) {
  if (!UsesAutoMutualTls(view, proxy, destination, origins)) return std::nullopt;
  return FindMeshTls(view, destination);
}

// An address that was dialled comes without metadata that could choose.
void ApplyAutoMutualTls(const MeshTls& tls, const ProxyClass& proxy, UpstreamHttp http,
                        Cluster& cluster) {
  PackMeshTls(tls, proxy, http,
              cluster.type() == Cluster::ORIGINAL_DST ? SetTls(*cluster.mutable_transport_socket())
                                                      : SetMatches(cluster));
}

NameFromRequest ApplyUpstreamTls(mesh::View& view, const ProxyClass& proxy,
                                 const Destination& destination, UpstreamHttp http,
                                 Cluster& cluster, Origins& origins) {
  const ClientTlsSettings& tls = destination.policy.tls();
  if (!destination.policy.has_tls()) {
    const auto mesh_tls = FindAutoMutualTls(view, proxy, destination, origins);
    if (mesh_tls.has_value()) ApplyAutoMutualTls(*mesh_tls, proxy, http, cluster);
    return {};
  }
  switch (tls.mode()) {
    case ClientTlsSettings::ISTIO_MUTUAL:
      if (proxy.agent) {
        PackMeshTls(FindMeshTls(view, destination), proxy, http,
                    SetTls(*cluster.mutable_transport_socket()));
      }
      return {};
    case ClientTlsSettings::SIMPLE:
    case ClientTlsSettings::MUTUAL:
      return ApplyClientTls(WithServiceNames(destination), view.settings().config, proxy,
                            destination.rule, http, cluster);
    default:
      return {};
  }
}

}  // namespace binnacle::translator
