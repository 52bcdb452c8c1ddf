#include "translator/gateway_listeners.h"

#include <algorithm>
#include <utility>

#include "translator/access_log.h"
#include "translator/gateway_filter_chains.h"
#include "translator/listener_filters.h"
#include "translator/listener_keepalive.h"
#include "translator/message_space.h"
#include "translator/socket_address.h"

namespace binnacle::translator {

using envoy::config::core::v3::Address;
using envoy::config::core::v3::TrafficDirection;
using envoy::config::listener::v3::Listener;

namespace {

Address AddressOf(const ProxyClass& proxy, const GatewayPort& port) {
  if (port.bind.empty()) return SocketAddress(WildcardAddress(proxy), port.listener_port);
  return BindAddress(port.bind, port.listener_port);
}

}  // namespace

std::vector<Translated<SerializedListener>> BuildGatewayListeners(mesh::View& view,
                                                                  const ProxyClass& proxy,
                                                                  const GatewayServers& servers) {
  std::vector<Translated<SerializedListener>> listeners;
  for (const GatewayPort& port : servers.ports()) {
    Translated<SerializedListener> result;
    FilterChains chains = BuildGatewayFilterChains(view, proxy, port, result.origins);
    if (chains.empty()) continue;  // nothing to do with a connection: do not take it
    MessageSpace space;
    auto& listener = space.New<Listener>();
    listener.set_name(port.ListenerName());
    *listener.mutable_address() = AddressOf(proxy, port);
    listener.set_traffic_direction(TrafficDirection::OUTBOUND);
    *listener.mutable_access_log() = BuildListenerAccessLogs(view.settings().config);
    AddInspectors(chains, listener);
    SetKeepalive(view.settings().config, listener);
    result.message = Complete(listener, std::move(chains).TakeBytes());
    listeners.push_back(std::move(result));
  }
  return listeners;
}

}  // namespace binnacle::translator
