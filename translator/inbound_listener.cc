#include "translator/inbound_listener.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "translator/access_log.h"
#include "translator/cluster_name.h"
#include "translator/inbound_filter_chains.h"
#include "translator/listener_filters.h"
#include "translator/listener_keepalive.h"
#include "translator/local_port.h"
#include "translator/message_space.h"
#include "translator/peer_authentication.h"
#include "translator/socket_address.h"
#include "translator/tcp_proxy.h"

namespace binnacle::translator {

using envoy::config::core::v3::TrafficDirection;
using envoy::config::listener::v3::Listener;
using envoy::config::listener::v3::ListenerFilter;

namespace {

InboundSpeech SpeechOf(mesh::Protocol protocol) {
  if (mesh::IsHttp(protocol)) return InboundSpeech::kHttp;
  return mesh::IsSniffed(protocol) ? InboundSpeech::kSniffed : InboundSpeech::kTcp;
}

InboundPort OfService(mesh::View& view, const ProxyClass& proxy, const LocalPort& local,
                      Origins& origins) {
  InboundPort port;
  port.number = local.number;
  port.cluster = InboundClusterName(local.number);
  port.service = local.service;
  port.service_port = local.service_port;
  port.speech = SpeechOf(local.service_port->protocol);
  port.authentication =
      AuthenticationAt(view, proxy, local.number, local.service, local.service_port, origins);
  origins.push_back(local.service->origin);
  return port;
}

// Of no service; 0 stands for every port that has no chains of its own.
InboundPort OfNoService(mesh::View& view, const ProxyClass& proxy, uint32_t number,
                        Origins& origins) {
  InboundPort port;
  port.number = number;
  port.cluster = std::string(kInboundPassthroughCluster);
  port.speech = InboundSpeech::kSniffed;
  port.authentication = AuthenticationAt(view, proxy, number, nullptr, nullptr, origins);
  return port;
}

std::vector<InboundPort> FindPorts(mesh::View& view, const ProxyClass& proxy, Origins& origins) {
  std::vector<InboundPort> ports = {OfNoService(view, proxy, 0, origins)};
  absl::btree_set<uint32_t> known;
  std::vector<InboundPort> of_services;
  for (const LocalPort& local : FindLocalPorts(view, proxy)) {
    known.insert(local.number);
    of_services.push_back(OfService(view, proxy, local, origins));
  }
  for (uint32_t number : PortsWithOwnMode(view, proxy)) {
    if (known.insert(number).second) ports.push_back(OfNoService(view, proxy, number, origins));
  }
  ports.insert(ports.end(), of_services.begin(), of_services.end());
  return ports;
}

// A connection that came here without being captured would go round for ever.
void AddBlackHole(const policy::v1::MeshConfig& config, FilterChains& chains) {
  ConnectionMatch match;
  match.destination_port = static_cast<uint32_t>(config.proxy_inbound_listen_port());
  chains.Add(std::move(match),
             {.name = "virtualInbound-blackhole", .filter = TcpProxyTo(config, kBlackHoleCluster)});
}

// Ports where `wanted` holds, apart from the catch-all, which comes first.
template <typename F>
std::vector<uint32_t> Numbers(const std::vector<InboundPort>& ports, F wanted) {
  std::vector<uint32_t> numbers;
  for (const InboundPort& port : ports) {
    if (port.number != 0 && wanted(port)) numbers.push_back(port.number);
  }
  return numbers;
}

// On ports that take plaintext only, an application's own TLS is bytes like
// any other.
void AddTlsInspector(const ProxyClass& proxy, uint32_t own_port,
                     const std::vector<InboundPort>& ports, Listener& listener) {
  auto takes_tls = [&](const InboundPort& port) { return TakesMeshTls(port, proxy); };
  const bool elsewhere = takes_tls(ports.front());
  const auto with = Numbers(ports, takes_tls);
  if (!elsewhere && with.empty()) return;
  ListenerFilter& filter = *listener.add_listener_filters();
  filter = TlsInspector();
  if (elsewhere) {
    auto without = Numbers(ports, [&](const InboundPort& port) { return !takes_tls(port); });
    without.insert(without.begin(), own_port);
    DisableOnPorts(without, filter);
  } else {
    EnableOnlyOnPorts(with, filter);
  }
}

void AddHttpInspector(uint32_t own_port, const std::vector<InboundPort>& ports,
                      Listener& listener) {
  auto declared = Numbers(
      ports, [](const InboundPort& port) { return port.speech != InboundSpeech::kSniffed; });
  declared.insert(declared.begin(), own_port);
  ListenerFilter& filter = *listener.add_listener_filters();
  filter = HttpInspector();
  DisableOnPorts(declared, filter);
}

}  // namespace

Translated<SerializedListener> BuildVirtualInbound(mesh::View& view, const ProxyClass& proxy) {
  const auto& config = view.settings().config;
  const auto own_port = static_cast<uint32_t>(config.proxy_inbound_listen_port());
  Translated<SerializedListener> result;
  MessageSpace space;
  auto& listener = space.New<Listener>();
  listener.set_name("virtualInbound");
  SetSocketAddress(WildcardAddress(proxy), own_port, *listener.mutable_address());
  listener.set_traffic_direction(TrafficDirection::INBOUND);
  *listener.mutable_access_log() = BuildListenerAccessLogs(config);
  const auto ports = FindPorts(view, proxy, result.origins);
  FilterChains chains;
  AddBlackHole(config, chains);
  for (const InboundPort& port : ports) AddInboundFilterChains(config, proxy, port, chains);
  *listener.add_listener_filters() = OriginalDst();
  AddTlsInspector(proxy, own_port, ports, listener);
  AddHttpInspector(own_port, ports, listener);
  SetDetectionTimeout(config, listener);
  SetKeepalive(config, listener);
  result.message = Complete(listener, std::move(chains).TakeBytes());
  return result;
}

}  // namespace binnacle::translator
