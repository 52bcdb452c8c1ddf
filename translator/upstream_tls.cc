#include "translator/upstream_tls.h"

#include <string>
#include <utility>

#include "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/arena.h"
#include "translator/auto_mutual_tls.h"
#include "translator/client_tls.h"
#include "translator/mesh_tls.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::TransportSocket;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using google::protobuf::Any;
using policy::v1::ClientTlsSettings;

void SetTls(Any context, TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.tls");
  *socket.mutable_typed_config() = std::move(context);
}

// Nearly every cluster of a mesh has one of these and drops it once it is
// packed, so it lives on the stack.
Any PackMeshTls(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                UpstreamHttp http) {
  alignas(8) char space[6 << 10];
  google::protobuf::ArenaOptions options;
  options.initial_block = space;
  options.initial_block_size = sizeof(space);
  google::protobuf::Arena arena(options);
  auto& context = *google::protobuf::Arena::CreateMessage<UpstreamTlsContext>(&arena);
  SetMeshTls(view, proxy, destination, http, context);
  return TypedConfig(context);
}

void SetPlaintext(TransportSocket& socket) {
  socket.set_name("envoy.transport_sockets.raw_buffer");
  *socket.mutable_typed_config() =
      TypedConfig(envoy::extensions::transport_sockets::raw_buffer::v3::RawBuffer());
}

// Endpoints bear the metadata `tlsMode: istio` where their sidecar takes
// mutual TLS; the second match takes all others.
void SetMatches(Any context, Cluster& cluster) {
  auto& encrypted = *cluster.add_transport_socket_matches();
  encrypted.set_name("tlsMode-istio");
  (*encrypted.mutable_match()->mutable_fields())["tlsMode"].set_string_value("istio");
  SetTls(std::move(context), *encrypted.mutable_transport_socket());
  auto& plain = *cluster.add_transport_socket_matches();
  plain.set_name("tlsMode-disabled");
  plain.mutable_match();
  SetPlaintext(*plain.mutable_transport_socket());
}

// An address that was dialled comes without metadata that could choose.
void SetAutoMutualTls(Any context, Cluster& cluster) {
  if (cluster.type() == Cluster::ORIGINAL_DST) {
    SetTls(std::move(context), *cluster.mutable_transport_socket());
  } else {
    SetMatches(std::move(context), cluster);
  }
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
  SetTls(TypedConfig(ClientTlsContext(tls, mesh, proxy, http)),
         *cluster.mutable_transport_socket());
  return NamesFromRequest(tls);
}

}  // namespace

NameFromRequest ApplyUpstreamTls(mesh::View& view, const ProxyClass& proxy,
                                 const Destination& destination, UpstreamHttp http,
                                 Cluster& cluster, Origins& origins) {
  const ClientTlsSettings& tls = destination.policy.tls();
  if (!destination.policy.has_tls()) {
    if (UsesAutoMutualTls(view, proxy, destination, origins)) {
      SetAutoMutualTls(PackMeshTls(view, proxy, destination, http), cluster);
    }
    return {};
  }
  switch (tls.mode()) {
    case ClientTlsSettings::ISTIO_MUTUAL:
      if (proxy.agent) {
        SetTls(PackMeshTls(view, proxy, destination, http), *cluster.mutable_transport_socket());
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
