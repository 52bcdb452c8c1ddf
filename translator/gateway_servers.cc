#include "translator/gateway_servers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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

// "./h" -> "<ns>/h", "*/h" -> "h"; lower case.
std::string HostIn(absl::string_view written, absl::string_view gateway_ns) {
  std::string host = absl::AsciiStrToLower(written);
  if (host.starts_with("./")) return absl::StrCat(gateway_ns, host.substr(1));
  if (host.starts_with("*/")) return host.substr(2);
  return host;
}

std::string WithoutNamespace(absl::string_view host) {
  const size_t slash = host.find('/');
  return std::string(slash == absl::string_view::npos ? host : host.substr(slash + 1));
}

std::string RouteName(const GatewayServer& server, uint32_t listener_port, absl::string_view bind) {
  if (!server.http) return "";
  const std::string suffix = bind.empty() ? "" : absl::StrCat(".", bind);
  if (!server.terminates_tls) return absl::StrCat("http.", listener_port, suffix);
  const auto& key = server.gateway->key;
  const auto& port = server.server->port();
  return absl::StrCat("https.", port.number(), ".", port.name(), ".", key.name, ".", key.ns,
                      suffix);
}

GatewayServer Describe(const policy::Object& gateway, const Server& server) {
  GatewayServer result;
  result.protocol = mesh::ParseProtocol(server.port().protocol());
  const bool tls = mesh::IsTls(result.protocol) && server.has_tls();
  result.gateway = &gateway;
  result.server = &server;
  result.gateway_name = absl::StrCat(gateway.key.ns, "/", gateway.key.name);
  result.terminates_tls = tls && !PassesThrough(server);
  result.http = mesh::IsHttp(result.protocol) ||
                (result.protocol == mesh::Protocol::kHttps && result.terminates_tls);
  for (const std::string& host : server.hosts()) {
    result.hosts.push_back(HostIn(host, gateway.key.ns));
  }
  return result;
}

bool IsPlain(const GatewayServer& server) { return !mesh::IsTls(server.protocol); }

// Plain servers share one filter chain, so the first decides what it speaks.
bool AdmitPlain(Occupancy& there, const GatewayServer& server) {
  if (there.plain_taken && there.plain_http != server.http) return false;
  there.plain_taken = true;
  there.plain_http = server.http;
  return true;
}

// A host may stand in one TLS filter chain only: Envoy refuses a listener in
// which two chains match alike.
bool AdmitTls(Occupancy& there, GatewayServer& server) {
  if (!server.server->has_tls()) return false;
  if (server.http && !there.tls_routes.insert(server.route_name).second) return false;
  // Each service brings an SNI of its own there; the hosts only say which.
  if (server.server->tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH) return true;
  std::erase_if(server.hosts, [&](const std::string& host) {
    return !there.tls_hosts.insert(WithoutNamespace(host)).second;
  });
  return !server.hosts.empty();
}

void Place(absl::btree_map<PortAddress, Occupancy>& ports, uint32_t listener_port,
           const std::string& bind, GatewayServer server) {
  Occupancy& there = ports[{listener_port, bind}];
  there.port.listener_port = listener_port;
  there.port.bind = bind;
  server.route_name = RouteName(server, listener_port, bind);
  const bool admitted = IsPlain(server) ? AdmitPlain(there, server) : AdmitTls(there, server);
  if (admitted) there.port.servers.push_back(std::move(server));
}

}  // namespace

std::string GatewayPort::ListenerName() const {
  return absl::StrCat(bind.empty() ? "0.0.0.0" : bind, "_", listener_port);
}

std::vector<GatewayPort> MergeGatewayServers(mesh::View& view, const ProxyClass& proxy) {
  absl::btree_map<PortAddress, Occupancy> ports;
  for (const policy::Object* gateway : mesh::GatewaysFor(view, proxy.labels)) {
    for (const Server& server : gateway->As<policy::v1::Gateway>().servers()) {
      const std::string bind = BindOf(server, proxy);
      for (uint32_t port : ListenerPorts(view, proxy, server.port().number())) {
        Place(ports, port, bind, Describe(*gateway, server));
      }
    }
  }
  std::vector<GatewayPort> result;
  for (auto& [address, there] : ports) {
    if (!there.port.servers.empty()) result.push_back(std::move(there.port));
  }
  return result;
}

}  // namespace binnacle::translator
