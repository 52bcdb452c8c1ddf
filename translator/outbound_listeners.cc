#include "translator/outbound_listeners.h"

#include <string>
#include <utility>

#include "translator/access_log.h"
#include "translator/cluster_name.h"
#include "translator/filter_chain.h"
#include "translator/listener_filters.h"
#include "translator/listener_keepalive.h"
#include "translator/outbound_filter_chains.h"
#include "translator/outbound_placement.h"
#include "translator/socket_address.h"
#include "translator/tcp_proxy.h"

namespace binnacle::translator {

using envoy::config::core::v3::TrafficDirection;
using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::Listener;
using policy::v1::MeshConfig;

namespace {

Listener NewListener(const MeshConfig& config, const std::string& name, absl::string_view ip,
                     uint32_t port) {
  Listener listener;
  listener.set_name(name);
  *listener.mutable_address() = SocketAddress(ip, port);
  listener.set_traffic_direction(TrafficDirection::OUTBOUND);
  *listener.mutable_access_log() = BuildListenerAccessLogs(config);
  return listener;
}

// Connections are handed over by the listener that captured them.
Translated<Listener> BuildListener(mesh::View& view, const ProxyClass& proxy,
                                   const OutboundAddress& address, const Tenancy& tenancy) {
  const MeshConfig& config = view.settings().config;
  Translated<Listener> result;
  Listener& listener = result.message;
  listener = NewListener(config, address.ListenerName(), address.ip, address.port);
  listener.mutable_bind_to_port()->set_value(false);
  auto built = BuildOutboundFilterChains(view, proxy, address, tenancy, result.origins);
  AddInspectors(built.chains, listener);
  if (!listener.listener_filters().empty()) SetDetectionTimeout(config, listener);
  std::move(built.chains).MoveTo(listener);
  if (built.fallback.has_value()) {
    *listener.mutable_default_filter_chain() = *std::move(built.fallback);
  }
  return result;
}

// The proxy's own ports are taken already, on the wildcard address.
bool IsTaken(const MeshConfig& config, const OutboundAddress& address) {
  const auto port = static_cast<int32_t>(address.port);
  return address.wildcard &&
         (port == config.proxy_listen_port() || port == config.proxy_inbound_listen_port());
}

FilterChain BlackHole(const MeshConfig& config) {
  FilterChain chain =
      NewFilterChain("virtualOutbound-blackhole", TcpProxyTo(config, kBlackHoleCluster));
  chain.mutable_filter_chain_match()->mutable_destination_port()->set_value(
      static_cast<uint32_t>(config.proxy_listen_port()));
  return chain;
}

}  // namespace

std::vector<Translated<Listener>> BuildOutboundListeners(mesh::View& view, const ProxyClass& proxy,
                                                         uint32_t port) {
  std::vector<Translated<Listener>> listeners;
  for (const auto& [ip, tenancy] : PlaceServices(view, proxy, port)) {
    OutboundAddress address{ip, port, ip.empty()};
    if (address.wildcard) address.ip = std::string(WildcardAddress(proxy));
    if (IsTaken(view.settings().config, address)) continue;
    auto listener = BuildListener(view, proxy, address, tenancy);
    if (listener.message.filter_chains_size() > 0) listeners.push_back(std::move(listener));
  }
  return listeners;
}

Translated<Listener> BuildVirtualOutbound(mesh::View& view, const ProxyClass& proxy) {
  const MeshConfig& config = view.settings().config;
  Listener listener = NewListener(config, "virtualOutbound", WildcardAddress(proxy),
                                  static_cast<uint32_t>(config.proxy_listen_port()));
  listener.mutable_use_original_dst()->set_value(true);
  SetKeepalive(config, listener);
  // A connection that came here without being captured would go round for ever.
  *listener.add_filter_chains() = BlackHole(config);
  *listener.add_filter_chains() =
      NewFilterChain("virtualOutbound-catchall-tcp", TcpProxyTo(config, UnclaimedCluster(config)));
  return {std::move(listener), {}};
}

}  // namespace binnacle::translator
