#include "translator/inbound_filter_chains.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "translator/cluster_name.h"
#include "translator/downstream_tls.h"
#include "translator/filter_chain.h"
#include "translator/http_connection_manager.h"
#include "translator/inbound_routes.h"
#include "translator/tcp_proxy.h"

namespace binnacle::translator {

using policy::v1::MeshConfig;

namespace {

// One way in: what the inspectors must have found, and what is done then.
struct Way {
  absl::string_view transport;
  absl::Span<const absl::string_view> alpn;  // empty: any
  bool mesh_tls = false;
  bool http = false;
};

std::vector<Way> StrictWays(InboundSpeech speech) {
  if (speech != InboundSpeech::kSniffed) {
    return {{kTlsTransport, {}, true, speech == InboundSpeech::kHttp}};
  }
  return {{kTlsTransport, MeshHttpAlpn(), true, true}, {kTlsTransport, {}, true, false}};
}

// TLS without a word of the mesh is the application's own and goes through as
// it is, except to a port that is declared to speak HTTP.
std::vector<Way> PermissiveWays(InboundSpeech speech, const ProxyClass& proxy) {
  switch (speech) {
    case InboundSpeech::kHttp:
      return {{kTlsTransport, MeshAlpn(), true, true}, {kRawTransport, {}, false, true}};
    case InboundSpeech::kTcp:
      return {{kTlsTransport, MeshAlpn(), true, false},
              {kTlsTransport, {}, false, false},
              {kRawTransport, {}, false, false}};
    case InboundSpeech::kSniffed:
      return {{kTlsTransport, MeshHttpAlpn(), true, true},
              {kRawTransport, PlainHttpAlpn(proxy), false, true},
              {kTlsTransport, MeshTcpAlpn(), true, false},
              {kRawTransport, {}, false, false},
              {kTlsTransport, {}, false, false}};
  }
  return {};
}

std::vector<Way> PlainWays(InboundSpeech speech, const ProxyClass& proxy) {
  if (speech != InboundSpeech::kSniffed) {
    return {{kRawTransport, {}, false, speech == InboundSpeech::kHttp}};
  }
  return {{kRawTransport, PlainHttpAlpn(proxy), false, true}, {kRawTransport, {}, false, false}};
}

std::vector<Way> Ways(const InboundPort& port, const ProxyClass& proxy) {
  if (!proxy.agent) return PlainWays(port.speech, proxy);
  switch (port.authentication.mode) {
    case MutualTlsMode::kStrict:
      return StrictWays(port.speech);
    case MutualTlsMode::kPermissive:
      return PermissiveWays(port.speech, proxy);
    case MutualTlsMode::kDisable:
      return PlainWays(port.speech, proxy);
  }
  return {};
}

std::string ChainName(const InboundPort& port, bool http) {
  if (port.service != nullptr) return absl::StrCat("0.0.0.0_", port.number);
  return http ? "virtualInbound-catchall-http" : "virtualInbound";
}

std::string HttpFilter(const MeshConfig& config, const ProxyClass& proxy, const InboundPort& port) {
  InboundRouteOptions options;
  options.cluster = port.cluster;
  if (port.service == nullptr) {
    return BuildInboundHttp(config, proxy, port.cluster, options, false);
  }
  const mesh::Protocol protocol = port.service_port->protocol;
  options.host = port.service->host;
  options.service_port = port.service_port->number;
  options.grpc = protocol == mesh::Protocol::kGrpc || protocol == mesh::Protocol::kGrpcWeb;
  return BuildInboundHttp(config, proxy, absl::StrCat("inbound_0.0.0.0_", port.number), options,
                          protocol == mesh::Protocol::kGrpcWeb);
}

// What several ways into one port have in common, made when first needed.
class Shared {
 public:
  Shared(const MeshConfig& config, const ProxyClass& proxy, const InboundPort& port)
      : config_(config), proxy_(proxy), port_(port) {}

  const std::string& Tls() {
    if (!tls_.has_value()) {
      tls_ = BuildMeshTlsSocket(config_, proxy_, port_.authentication.certificate_required);
    }
    return *tls_;
  }
  const std::string& Http() {
    if (!http_.has_value()) http_ = HttpFilter(config_, proxy_, port_);
    return *http_;
  }
  const std::string& Tcp() {
    if (!tcp_.has_value()) tcp_ = TcpProxyTo(config_, port_.cluster);
    return *tcp_;
  }

 private:
  const MeshConfig& config_;
  const ProxyClass& proxy_;
  const InboundPort& port_;
  std::optional<std::string> tls_;
  std::optional<std::string> http_;
  std::optional<std::string> tcp_;
};

void AddChain(const InboundPort& port, const Way& way, Shared& shared, FilterChains& chains) {
  ConnectionMatch match;
  match.destination_port = port.number;
  match.transport_protocol = way.transport;
  match.SetAlpn(way.alpn);
  chains.Add(std::move(match),
             {.name = ChainName(port, way.http),
              .filter = way.http ? shared.Http() : shared.Tcp(),
              .transport_socket = way.mesh_tls ? shared.Tls() : absl::string_view()});
}

// Without this the chains for all other ports would take the connection.
void AddRefusal(const MeshConfig& config, const InboundPort& port, FilterChains& chains) {
  ConnectionMatch match;
  match.destination_port = port.number;
  chains.Add(std::move(match),
             {.name = ChainName(port, false), .filter = TcpProxyTo(config, kBlackHoleCluster)});
}

}  // namespace

bool TakesMeshTls(const InboundPort& port, const ProxyClass& proxy) {
  return proxy.agent && port.authentication.mode != MutualTlsMode::kDisable;
}

void AddInboundFilterChains(const MeshConfig& config, const ProxyClass& proxy,
                            const InboundPort& port, FilterChains& chains) {
  if (!proxy.agent && port.authentication.mode == MutualTlsMode::kStrict) {
    AddRefusal(config, port, chains);
    return;
  }
  Shared shared(config, proxy, port);
  for (const Way& way : Ways(port, proxy)) AddChain(port, way, shared, chains);
}

}  // namespace binnacle::translator
