#include "translator/gateway_servers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "mesh/lookup.h"
#include "mesh/protocol.h"

namespace binnacle::translator {
namespace {

using policy::v1::Server;
using policy::v1::ServerTlsSettings;

// What already stands on one port and address.
struct Occupancy {
  GatewayPort port;
  absl::flat_hash_set<std::string> tls_hosts;   // without namespace: they become SNI matches
  absl::flat_hash_set<std::string> tls_routes;  // route names of HTTPS servers
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

bool PassesThrough(const Server& server) {
  return server.tls().mode() == ServerTlsSettings::PASSTHROUGH ||
         server.tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
}

// "./h" -> "<ns>/h", "*/h" -> "h"; lower case. Most are written so: only others
// need `space`.
absl::string_view HostIn(absl::string_view written, absl::string_view gateway_ns,
                         std::string& space) {
  if (absl::c_any_of(written, absl::ascii_isupper)) {
    space = absl::AsciiStrToLower(written);
    written = space;
  }
  if (absl::ConsumePrefix(&written, "*/") || !absl::StartsWith(written, "./")) return written;
  space = absl::StrCat(gateway_ns, written.substr(1));
  return space;
}

absl::string_view WithoutNamespace(absl::string_view host) {
  const size_t slash = host.find('/');
  return slash == absl::string_view::npos ? host : host.substr(slash + 1);
}

// Before it is known whether there is room for it: of many there is none.
struct Candidate {
  Candidate(const policy::Object& in, const Server& written)
      : gateway(in), server(written), protocol(mesh::ParseProtocol(written.port().protocol())) {
    terminates_tls = mesh::IsTls(protocol) && server.has_tls() && !PassesThrough(server);
    http = mesh::IsHttp(protocol) || (protocol == mesh::Protocol::kHttps && terminates_tls);
  }

  const policy::Object& gateway;
  const Server& server;
  const mesh::Protocol protocol;
  bool terminates_tls = false;
  bool http = false;
};

std::string RouteName(const Candidate& candidate, uint32_t listener_port, absl::string_view bind) {
  if (!candidate.http) return "";
  const absl::string_view dot = bind.empty() ? "" : ".";
  if (!candidate.terminates_tls) return absl::StrCat("http.", listener_port, dot, bind);
  const auto& key = candidate.gateway.key;
  const auto& port = candidate.server.port();
  return absl::StrCat("https.", port.number(), ".", port.name(), ".", key.name, ".", key.ns, dot,
                      bind);
}

GatewayServer Describe(const Candidate& candidate, std::string route_name,
                       std::vector<std::string> hosts) {
  const auto& key = candidate.gateway.key;
  return {.gateway = &candidate.gateway,
          .server = &candidate.server,
          .gateway_name = absl::StrCat(key.ns, "/", key.name),
          .route_name = std::move(route_name),
          .hosts = std::move(hosts),
          .protocol = candidate.protocol,
          .terminates_tls = candidate.terminates_tls,
          .http = candidate.http};
}

// The server's hosts that `wanted` says yes to.
template <typename F>
std::vector<std::string> HostsOf(const Candidate& candidate, F wanted) {
  std::vector<std::string> hosts;
  hosts.reserve(candidate.server.hosts_size());
  std::string space;
  for (const std::string& written : candidate.server.hosts()) {
    const absl::string_view host = HostIn(written, candidate.gateway.key.ns, space);
    if (wanted(host)) hosts.emplace_back(host);
  }
  return hosts;
}

// Plain servers share one filter chain, so the first decides what it speaks.
void PlacePlain(const Candidate& candidate, Occupancy& there) {
  if (there.plain_taken && there.plain_http != candidate.http) return;
  there.plain_taken = true;
  there.plain_http = candidate.http;
  there.port.servers.push_back(
      Describe(candidate, RouteName(candidate, there.port.listener_port, there.port.bind),
               HostsOf(candidate, [](absl::string_view) { return true; })));
}

// A host may stand in one TLS filter chain only: Envoy refuses a listener in
// which two chains match alike.
void PlaceTls(const Candidate& candidate, Occupancy& there) {
  if (!candidate.server.has_tls()) return;
  std::string route_name = RouteName(candidate, there.port.listener_port, there.port.bind);
  if (candidate.http && !there.tls_routes.insert(route_name).second) return;
  // Each service brings an SNI of its own there; the hosts only say which.
  const bool any = candidate.server.tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH;
  auto hosts = HostsOf(candidate, [&](absl::string_view host) {
    return any || there.tls_hosts.emplace(WithoutNamespace(host)).second;
  });
  if (!any && hosts.empty()) return;
  there.port.servers.push_back(Describe(candidate, std::move(route_name), std::move(hosts)));
}

class Merger {
 public:
  Merger(mesh::View& view, const ProxyClass& proxy) : view_(view), proxy_(proxy) {}

  void Add(const policy::Object& gateway, const Server& server) {
    const Candidate candidate(gateway, server);
    const std::string bind = BindOf(server, proxy_);
    for (uint32_t port : ListenerPortsOf(server.port().number())) {
      Occupancy& there = At(port, bind);
      if (mesh::IsTls(candidate.protocol)) {
        PlaceTls(candidate, there);
      } else {
        PlacePlain(candidate, there);
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
  for (const policy::Object* gateway : mesh::GatewaysFor(view, proxy.labels)) {
    for (const Server& server : gateway->As<policy::v1::Gateway>().servers()) {
      merger.Add(*gateway, server);
    }
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
