#include "translator/proxy_protocol_upstream.h"

#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/core/v3/proxy_protocol.pb.h"
#include "envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol.pb.h"
#include "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.pb.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::ProxyProtocolConfig;
using envoy::config::core::v3::TransportSocket;
using envoy::extensions::transport_sockets::proxy_protocol::v3::ProxyProtocolUpstreamTransport;
using envoy::extensions::transport_sockets::raw_buffer::v3::RawBuffer;
using policy::v1::TrafficPolicy;

void Wrap(ProxyProtocolConfig::Version version, TransportSocket& socket) {
  ProxyProtocolUpstreamTransport wrapper;
  wrapper.mutable_config()->set_version(version);
  if (socket.has_typed_config()) {
    *wrapper.mutable_transport_socket() = socket;
  } else {
    wrapper.mutable_transport_socket()->set_name("envoy.transport_sockets.raw_buffer");
    *wrapper.mutable_transport_socket()->mutable_typed_config() = TypedConfig(RawBuffer());
  }
  socket.set_name("envoy.transport_sockets.upstream_proxy_protocol");
  *socket.mutable_typed_config() = TypedConfig(wrapper);
}

}  // namespace

void WrapInProxyProtocol(const TrafficPolicy::ProxyProtocol& settings,
                         envoy::config::cluster::v3::Cluster& cluster) {
  const auto version = settings.version() == TrafficPolicy::ProxyProtocol::V2
                           ? ProxyProtocolConfig::V2
                           : ProxyProtocolConfig::V1;
  for (auto& match : *cluster.mutable_transport_socket_matches()) {
    Wrap(version, *match.mutable_transport_socket());
  }
  if (cluster.transport_socket_matches().empty()) {
    Wrap(version, *cluster.mutable_transport_socket());
  }
}

}  // namespace binnacle::translator
