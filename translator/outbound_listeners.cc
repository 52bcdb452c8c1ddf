#include "translator/outbound_listeners.h"

#include <optional>
#include <string>
#include <utility>

#include "translator/access_log.h"
#include "translator/cluster_name.h"
#include "translator/listener_filters.h"
#include "translator/listener_keepalive.h"
#include "translator/message_space.h"
#include "translator/outbound_filter_chains.h"
#include "translator/outbound_placement.h"
#include "translator/socket_address.h"
#include "translator/tcp_proxy.h"

namespace binnacle::translator {

using envoy::config::core::v3::TrafficDirection;
using envoy::config::listener::v3::Listener;
using policy::v1::MeshConfig;

namespace {

void Begin(const MeshConfig& config, const std::string& name, absl::string_view ip, uint32_t port,
           Listener& listener) {
  listener.set_name(name);
  SetSocketAddress(ip, port, *listener.mutable_address());
  listener.set_traffic_direction(TrafficDirection::OUTBOUND);
  *listener.mutable_access_log() = BuildListenerAccessLogs(config);
}

// Connections are handed over by the listener that captured them. nullopt if
// there is nothing to do with them.
std::optional<Translated<SerializedListener>> BuildListener(mesh::View& view,
                                                            const ProxyClass& proxy,
                                                            const OutboundAddress& address,
                                                            const Tenancy& tenancy) {
  Translated<SerializedListener> result;
  auto built = BuildOutboundFilterChains(view, proxy, address, tenancy, result.origins);
  if (built.chains.empty()) return std::nullopt;
  const MeshConfig& config = view.settings().config;
  MessageSpace space;
  auto& listener = space.New<Listener>();
  Begin(config, address.ListenerName(), address.ip, address.port, listener);
  listener.mutable_bind_to_port()->set_value(false);
  AddInspectors(built.chains, listener);
  if (!listener.listener_filters().empty()) SetDetectionTimeout(config, listener);
  result.message = Complete(listener, std::move(built.chains).TakeBytes(), built.fallback);
  return result;
}

// The proxy's own ports are taken already, on the wildcard address.
bool IsTaken(const MeshConfig& config, const OutboundAddress& address) {
  const auto port = static_cast<int32_t>(address.port);
  return address.wildcard &&
         (port == config.proxy_listen_port() || port == config.proxy_inbound_listen_port());
}

// A connection that came here without being captured would go round for ever.
void AddBlackHole(const MeshConfig& config, FilterChains& chains) {
  ConnectionMatch match;
  match.destination_port = static_cast<uint32_t>(config.proxy_listen_port());
  chains.Add(std::move(match), {.name = "virtualOutbound-blackhole",
                                .filter = TcpProxyTo(config, kBlackHoleCluster)});
}

}  // namespace

std::vector<Translated<SerializedListener>> BuildOutboundListeners(mesh::View& view,
                                                                   const ProxyClass& proxy,
                                                                   uint32_t port) {
  std::vector<Translated<SerializedListener>> listeners;
  for (const auto& [ip, tenancy] : PlaceServices(view, proxy, port)) {
    OutboundAddress address{ip, port, ip.empty()};
    if (address.wildcard) address.ip = std::string(WildcardAddress(proxy));
    if (IsTaken(view.settings().config, address)) continue;
    if (auto listener = BuildListener(view, proxy, address, tenancy)) {
      listeners.push_back(*std::move(listener));
    }
  }
  return listeners;
}

Translated<SerializedListener> BuildVirtualOutbound(mesh::View& view, const ProxyClass& proxy) {
  const MeshConfig& config = view.settings().config;
  MessageSpace space;
  auto& listener = space.New<Listener>();
  Begin(config, "virtualOutbound", WildcardAddress(proxy),
        static_cast<uint32_t>(config.proxy_listen_port()), listener);
  listener.mutable_use_original_dst()->set_value(true);
  SetKeepalive(config, listener);
  FilterChains chains;
  AddBlackHole(config, chains);
  chains.Add({}, {.name = "virtualOutbound-catchall-tcp",
                  .filter = TcpProxyTo(config, UnclaimedCluster(config))});
  return {Complete(listener, std::move(chains).TakeBytes()), {}};
}

}  // namespace binnacle::translator
