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

// What already stands on one port and address.
struct Occupancy {
  GatewayPort port;
  absl::flat_hash_set<absl::string_view> tls_hosts;   // without namespace: they become SNI matches
  absl::flat_hash_set<absl::string_view> tls_routes;  // route names of HTTPS servers
  absl::string_view plain_route;                      // of plain HTTP servers, once there is one
  bool plain_taken = false;
  bool plain_http = false;
};

using PortAddress = std::pair<uint32_t, absl::string_view>;

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
absl::string_view BindOf(const mesh::ListedServer& server, const ProxyClass& proxy) {
  const absl::string_view wildcard = proxy.ipv6_only ? "::" : "0.0.0.0";
  return server.bind == wildcard ? "" : server.bind;
}

}  // namespace

class GatewayServers::Merger {
 public:
  Merger(mesh::View& view, const ProxyClass& proxy, GatewayServers& merged)
      : view_(view), proxy_(proxy), merged_(merged) {}

  void Add(const mesh::ListedGateway& gateway, const mesh::ListedServer& server) {
    const absl::string_view bind = BindOf(server, proxy_);
    for (uint32_t port : ListenerPortsOf(server.port)) {
      Occupancy& there = At(port, bind);
      const GatewayServer merged{
          .gateway = &gateway, .listed = &server, .route_name = "", .hosts = server.hosts};
      if (mesh::IsTls(server.protocol)) {
        PlaceTls(merged, there);
      } else {
        PlacePlain(merged, there);
      }
    }
  }

  void Finish() && {
    for (auto& [address, there] : ports_) {
      if (!there->port.servers.empty()) merged_.ports_.push_back(std::move(there->port));
    }
  }

 private:
  void Place(const GatewayServer& server, Occupancy& there) {
    const GatewayServer& placed = there.port.servers.emplace_back(server);
    if (server.listed->http) merged_.by_route_[placed.route_name].push_back(&placed);
  }

  // Plain servers share one filter chain, so the first decides what it speaks.
  void PlacePlain(GatewayServer server, Occupancy& there) {
    const bool http = server.listed->http;
    if (there.plain_taken && there.plain_http != http) return;
    if (http && !there.plain_taken) {
      const absl::string_view dot = there.port.bind.empty() ? "" : ".";
      there.plain_route =
          Keep(absl::StrCat("http.", there.port.listener_port, dot, there.port.bind));
    }
    there.plain_taken = true;
    there.plain_http = http;
    server.route_name = there.plain_route;
    Place(server, there);
  }

  // A host may stand in one TLS filter chain only: Envoy refuses a listener in
  // which two chains match alike.
  void PlaceTls(GatewayServer server, Occupancy& there) {
    if (!server.listed->has_tls) return;
    if (server.listed->http) {
      server.route_name = HttpsRoute(*server.listed, there);
      if (!there.tls_routes.insert(server.route_name).second) return;
    }
    // Each service brings an SNI of its own there; the hosts only say which.
    if (!server.listed->passes_mesh_tls_on) {
      server.hosts = TakeTlsHosts(server.hosts, there);
      if (server.hosts.empty()) return;
    }
    Place(server, there);
  }

  // Those that were free.
  absl::Span<const absl::string_view> TakeTlsHosts(absl::Span<const absl::string_view> hosts,
                                                   Occupancy& there) {
    std::vector<absl::string_view> free;
    free.reserve(hosts.size());
    for (absl::string_view host : hosts) {
      if (there.tls_hosts.insert(mesh::WithoutNamespace(host)).second) free.push_back(host);
    }
    if (free.size() == hosts.size()) return hosts;
    return merged_.narrowed_.emplace_front(std::move(free));
  }

  absl::string_view HttpsRoute(const mesh::ListedServer& server, const Occupancy& there) {
    return there.port.bind.empty() ? server.https_route
                                   : Keep(absl::StrCat(server.https_route, ".", there.port.bind));
  }

  absl::string_view Keep(std::string route_name) {
    return merged_.route_names_.emplace_front(std::move(route_name));
  }

  // One server after the other is at the same place, mostly.
  Occupancy& At(uint32_t port, absl::string_view bind) {
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
  GatewayServers& merged_;
  absl::btree_map<PortAddress, std::unique_ptr<Occupancy>> ports_;
  Occupancy* last_ = nullptr;                                            // looked for
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> listener_ports_;  // by service port
};

std::string GatewayPort::ListenerName() const {
  return absl::StrCat(bind.empty() ? "0.0.0.0" : bind, "_", listener_port);
}

GatewayServers::GatewayServers(mesh::View& view, const ProxyClass& proxy) {
  const auto gateways = mesh::GatewaysFor(view, proxy.labels);
  by_route_.reserve(gateways.size());
  Merger merger(view, proxy, *this);
  for (const mesh::ListedGateway* gateway : gateways) {
    for (const mesh::ListedServer& server : gateway->servers) merger.Add(*gateway, server);
  }
  std::move(merger).Finish();
}

const GatewayServers::List* GatewayServers::Find(absl::string_view route_name) const {
  auto it = by_route_.find(route_name);
  return it == by_route_.end() ? nullptr : &it->second;
}

}  // namespace binnacle::translator
