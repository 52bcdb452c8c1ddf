#include "translator/gateway_servers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mesh/gateway_list.h"
#include "mesh/lookup.h"
#include "mesh/protocol.h"

namespace binnacle::translator {
namespace {

using policy::v1::Server;
using policy::v1::ServerTlsSettings;

// What already stands on one port and address.
struct Occupancy {
  GatewayPort port;
  absl::flat_hash_set<absl::string_view> tls_hosts;  // without namespace: they become SNI matches
  absl::flat_hash_set<std::string> tls_routes;       // route names of HTTPS servers
  bool plain_taken = false;
  bool plain_http = false;
};

using PortAddress = std::pair<uint32_t, std::string>;

// The workload's ports behind service port `number` of the gateway's own
// services, sorted; `number` itself where no service has that port.
std::vector<uint32_t> ListenerPorts(mesh::View& view, const ProxyClass& proxy, uint32_t number) {
  std::vector<uint32_t> ports;
  for (const LocalService& local : proxy.services) {
    const auto* services = view.Find<mesh::FactKind::kServices>(local.host);
    if (services == nullptr) continue;
    for (const auto& service : *services) {
      if (service->ns != local.ns) continue;
      const size_t count = std::min(service->ports.size(), local.ports.size());
      for (size_t i = 0; i < count; ++i) {
        if (service->ports[i].number == number && local.ports[i] != 0) {
          ports.push_back(local.ports[i]);
        }
      }
    }
  }
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  if (ports.empty()) ports.push_back(number);
  return ports;
}

// Writing out the wildcard address says no more than leaving it out.
std::string BindOf(const Server& server, const ProxyClass& proxy) {
  const absl::string_view wildcard = proxy.ipv6_only ? "::" : "0.0.0.0";
  return server.bind() == wildcard ? "" : server.bind();
}

std::string RouteName(const mesh::ListedGateway& gateway, const mesh::ListedServer& server,
                      const GatewayPort& there) {
  if (!server.http) return "";
  const absl::string_view dot = there.bind.empty() ? "" : ".";
  if (!server.terminates_tls) return absl::StrCat("http.", there.listener_port, dot, there.bind);
  const auto& key = gateway.object->key;
  const auto& port = server.written->port();
  return absl::StrCat("https.", port.number(), ".", port.name(), ".", key.name, ".", key.ns, dot,
                      there.bind);
}

GatewayServer Describe(const mesh::ListedGateway& gateway, const mesh::ListedServer& server,
                       std::string route_name, std::vector<absl::string_view> hosts) {
  return {.gateway = gateway.object.get(),
          .server = server.written,
          .gateway_name = gateway.name,
          .route_name = std::move(route_name),
          .hosts = std::move(hosts),
          .protocol = server.protocol,
          .terminates_tls = server.terminates_tls,
          .http = server.http};
}

// Plain servers share one filter chain, so the first decides what it speaks.
void PlacePlain(const mesh::ListedGateway& gateway, const mesh::ListedServer& server,
                Occupancy& there) {
  if (there.plain_taken && there.plain_http != server.http) return;
  there.plain_taken = true;
  there.plain_http = server.http;
  there.port.servers.push_back(Describe(gateway, server, RouteName(gateway, server, there.port),
                                        {server.hosts.begin(), server.hosts.end()}));
}

// A host may stand in one TLS filter chain only: Envoy refuses a listener in
// which two chains match alike.
void PlaceTls(const mesh::ListedGateway& gateway, const mesh::ListedServer& server,
              Occupancy& there) {
  if (!server.written->has_tls()) return;
  std::string route_name = RouteName(gateway, server, there.port);
  if (server.http && !there.tls_routes.insert(route_name).second) return;
  // Each service brings an SNI of its own there; the hosts only say which.
  const bool any = server.written->tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
  std::vector<absl::string_view> hosts;
  hosts.reserve(server.hosts.size());
  for (absl::string_view host : server.hosts) {
    if (any || there.tls_hosts.insert(mesh::WithoutNamespace(host)).second) hosts.push_back(host);
  }
  if (!any && hosts.empty()) return;
  there.port.servers.push_back(Describe(gateway, server, std::move(route_name), std::move(hosts)));
}

class Merger {
 public:
  Merger(mesh::View& view, const ProxyClass& proxy) : view_(view), proxy_(proxy) {}

  void Add(const mesh::ListedGateway& gateway, const mesh::ListedServer& server) {
    const std::string bind = BindOf(*server.written, proxy_);
    for (uint32_t port : ListenerPortsOf(server.written->port().number())) {
      Occupancy& there = At(port, bind);
      if (mesh::IsTls(server.protocol)) {
        PlaceTls(gateway, server, there);
      } else {
        PlacePlain(gateway, server, there);
      }
    }
  }

  std::vector<GatewayPort> Finish() && {
    std::vector<GatewayPort> ports;
    for (auto& [address, there] : ports_) {
      if (!there->port.servers.empty()) ports.push_back(std::move(there->port));
    }
    return ports;
  }

 private:
  // One server after the other is at the same place, mostly.
  Occupancy& At(uint32_t port, const std::string& bind) {
    if (last_ != nullptr && last_->port.listener_port == port && last_->port.bind == bind) {
      return *last_;
    }
    auto& there = ports_[{port, bind}];
    if (there == nullptr) {
      there = std::make_unique<Occupancy>();
      there->port.listener_port = port;
      there->port.bind = bind;
    }
    last_ = there.get();
    return *last_;
  }

  const std::vector<uint32_t>& ListenerPortsOf(uint32_t number) {
    auto [it, added] = listener_ports_.try_emplace(number);
    if (added) it->second = ListenerPorts(view_, proxy_, number);
    return it->second;
  }

  mesh::View& view_;
  const ProxyClass& proxy_;
  absl::btree_map<PortAddress, std::unique_ptr<Occupancy>> ports_;
  Occupancy* last_ = nullptr;                                            // looked for
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> listener_ports_;  // by service port
};

}  // namespace

std::string GatewayPort::ListenerName() const {
  return absl::StrCat(bind.empty() ? "0.0.0.0" : bind, "_", listener_port);
}

GatewayServers::GatewayServers(mesh::View& view, const ProxyClass& proxy) {
  Merger merger(view, proxy);
  for (const mesh::ListedGateway* gateway : mesh::GatewaysFor(view, proxy.labels)) {
    for (const mesh::ListedServer& server : gateway->servers) merger.Add(*gateway, server);
  }
  ports_ = std::move(merger).Finish();
  for (const GatewayPort& port : ports_) {
    for (const GatewayServer& server : port.servers) {
      if (server.http) by_route_[server.route_name].push_back(&server);
    }
  }
}

const GatewayServers::List* GatewayServers::Find(absl::string_view route_name) const {
  auto it = by_route_.find(route_name);
  return it == by_route_.end() ? nullptr : &it->second;
}

}  // namespace binnacle::translator
