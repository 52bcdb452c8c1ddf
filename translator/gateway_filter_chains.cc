#include "translator/gateway_filter_chains.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"
#include "mesh/protocol.h"
#include "translator/cluster_name.h"
#include "translator/destination.h"
#include "translator/downstream_tls.h"
#include "translator/filter_chain.h"
#include "translator/gateway_host.h"
#include "translator/http_connection_manager.h"
#include "translator/tcp_proxy.h"
#include "translator/virtual_service_tcp.h"

namespace binnacle::translator {

using envoy::config::core::v3::TransportSocket;
using envoy::config::listener::v3::Filter;
using envoy::config::listener::v3::FilterChain;
using policy::v1::ServerTlsSettings;

namespace {

enum class Treatment { kPlain, kTerminate, kPassthrough, kAutoPassthrough };

Treatment TreatmentOf(const GatewayServer& server) {
  if (server.terminates_tls) return Treatment::kTerminate;
  if (!mesh::IsTls(server.protocol)) return Treatment::kPlain;
  return server.server->tls().mode() == ServerTlsSettings::AUTO_PASSTHROUGH
             ? Treatment::kAutoPassthrough
             : Treatment::kPassthrough;
}

bool IsGrpcWeb(const GatewayServer& server) { return server.protocol == mesh::Protocol::kGrpcWeb; }

// Empty: any name will do.
std::vector<std::string> ServerNames(const GatewayServer& server) {
  std::vector<std::string> names;
  for (absl::string_view written : server.hosts) {
    const absl::string_view host = ParseGatewayHost(written).host;
    if (host == "*") return {};
    names.emplace_back(host);
  }
  return names;
}

// Collects the chains of one port.
class Builder {
 public:
  Builder(mesh::View& view, const ProxyClass& proxy, const GatewayPort& port, Origins& origins)
      : view_(view),
        proxy_(proxy),
        port_(port),
        origins_(origins),
        http_(view.settings().config, proxy),
        plain_grpc_web_(absl::c_any_of(port.servers, IsGrpcWeb)) {
    const auto plain = [](const GatewayServer& s) { return TreatmentOf(s) == Treatment::kPlain; };
    mixed_ = absl::c_any_of(port.servers, plain) && !absl::c_all_of(port.servers, plain);
  }

  void AddPlain(const GatewayServer& server);
  void AddTerminated(const GatewayServer& server);
  void AddPassthrough(const GatewayServer& server);
  void AddAutoPassthrough(const GatewayServer& server);

  FilterChains Finish() && { return std::move(chains_); }

 private:
  Filter Http(const GatewayServer& server);
  // nullptr if this proxy has no certificate to show there.
  const TransportSocket* Socket(const ServerTlsSettings& tls);
  // The first route of all VirtualServices bound to the server comes first.
  std::vector<const policy::Object*> Bound(const GatewayServer& server);
  ConnectionContext Context(const GatewayServer& server) const;
  void AddTcpRoutes(const GatewayServer& server, const FilterChain& base);
  void Add(const GatewayServer& server, FilterChain chain);
  // False if the route leads nowhere.
  bool SetRoute(const GatewayServer& server, const policy::Object& virtual_service,
                const ConnectionRoute& route, FilterChain& chain);

  mesh::View& view_;
  const ProxyClass& proxy_;
  const GatewayPort& port_;
  Origins& origins_;
  GatewayHttp http_;
  const bool plain_grpc_web_;
  bool mixed_ = false;  // TLS and plaintext arrive at the same port
  // By what the server says: most say the same.
  absl::flat_hash_map<std::string, std::optional<TransportSocket>> sockets_;
  FilterChains chains_;
};

void Builder::Add(const GatewayServer& server, FilterChain chain) {
  if (chains_.Add(std::move(chain))) origins_.push_back(server.gateway->origin);
}

Filter Builder::Http(const GatewayServer& server) {
  HttpConnectionManagerOptions options;
  options.stat_prefix = server.server->name().empty()
                            ? absl::StrCat("outbound_", port_.ListenerName())
                            : server.server->name();
  options.route_name = server.route_name;
  // Plain servers share one chain, so what one of them needs all of them get.
  options.grpc_web = !server.terminates_tls && plain_grpc_web_;
  return http_.Build(options);
}

const TransportSocket* Builder::Socket(const ServerTlsSettings& tls) {
  auto [it, added] = sockets_.try_emplace(tls.SerializeAsString());
  if (added) it->second = BuildGatewayTlsSocket(view_, proxy_, tls);
  return it->second.has_value() ? &*it->second : nullptr;
}

std::vector<const policy::Object*> Builder::Bound(const GatewayServer& server) {
  std::vector<const policy::Object*> bound;
  for (const policy::Object* object :
       mesh::GatewayVirtualServices(view_, proxy_.ns, server.gateway_name)) {
    std::vector<std::string> hosts;
    for (const std::string& host : object->As<policy::v1::VirtualService>().hosts()) {
      hosts.push_back(mesh::ResolveHost(host, object->key.ns, view_.settings().domain));
    }
    if (!MeetHosts(server.hosts, hosts, object->key.ns).empty()) bound.push_back(object);
  }
  return bound;
}

ConnectionContext Builder::Context(const GatewayServer& server) const {
  return {proxy_, std::string(server.gateway_name), server.server->port().number()};
}

bool Builder::SetRoute(const GatewayServer& server, const policy::Object& virtual_service,
                       const ConnectionRoute& route, FilterChain& chain) {
  auto filter = TcpProxyToRoute(view_, proxy_, virtual_service, *route.destinations,
                                server.server->port().number());
  if (!filter.has_value()) return false;
  *chain.add_filters() = std::move(filter->message);
  origins_.insert(origins_.end(), filter->origins.begin(), filter->origins.end());
  return true;
}

void Builder::AddTcpRoutes(const GatewayServer& server, const FilterChain& base) {
  for (const policy::Object* object : Bound(server)) {
    for (const ConnectionRoute& route : MatchTcpRoutes(*object, Context(server))) {
      FilterChain chain = base;
      route.SetMatch(*chain.mutable_filter_chain_match());
      if (SetRoute(server, *object, route, chain)) Add(server, std::move(chain));
      if (!route.Asks()) return;
    }
  }
}

void Builder::AddPlain(const GatewayServer& server) {
  FilterChain chain = NewFilterChain("");
  if (mixed_) {
    chain.mutable_filter_chain_match()->set_transport_protocol(std::string(kRawTransport));
  }
  if (!server.http) {
    AddTcpRoutes(server, chain);
    return;
  }
  *chain.add_filters() = Http(server);
  Add(server, std::move(chain));
}

void Builder::AddTerminated(const GatewayServer& server) {
  const TransportSocket* socket = Socket(server.server->tls());
  if (socket == nullptr) return;
  FilterChain chain = NewFilterChain("");
  *chain.mutable_transport_socket() = *socket;
  auto& match = *chain.mutable_filter_chain_match();
  for (std::string& name : ServerNames(server)) match.add_server_names(std::move(name));
  if (mixed_ && match.server_names().empty())
    match.set_transport_protocol(std::string(kTlsTransport));
  if (!server.http) {
    AddTcpRoutes(server, chain);
    return;
  }
  *chain.add_filters() = Http(server);
  Add(server, std::move(chain));
}

// A VirtualService may name more than this server is open for.
void Narrow(const GatewayServer& server, absl::string_view ns, ConnectionRoute& route) {
  if (route.server_names.empty()) {
    route.server_names = ServerNames(server);
  } else {
    route.server_names = MeetHosts(server.hosts, route.server_names, ns);
  }
}

void Builder::AddPassthrough(const GatewayServer& server) {
  for (const policy::Object* object : Bound(server)) {
    for (ConnectionRoute& route : MatchTlsRoutes(*object, Context(server))) {
      const bool any_name = route.server_names.empty();
      Narrow(server, object->key.ns, route);
      if (route.server_names.empty() && !any_name) continue;
      FilterChain chain = NewFilterChain("");
      route.SetMatch(*chain.mutable_filter_chain_match());
      if (SetRoute(server, *object, route, chain)) Add(server, std::move(chain));
    }
  }
}

bool IsOpenFor(const GatewayServer& server, const mesh::Service& service) {
  return absl::c_any_of(server.hosts, [&](absl::string_view written) {
    const GatewayHost host = ParseGatewayHost(written);
    return (host.ns.empty() || host.ns == service.ns) &&
           (mesh::HostCovers(host.host, service.host) || mesh::HostCovers(service.host, host.host));
  });
}

// The caller's sidecar has put the cluster's name into the SNI. Only the
// mesh's own TLS is let through: its other end will ask for a certificate.
void Builder::AddAutoPassthrough(const GatewayServer& server) {
  for (absl::string_view host : mesh::VisibleHosts(view_, proxy_.ns)) {
    for (const Destination& to : FindDestinations(view_, proxy_, host)) {
      if (to.service->mesh_external || !IsOpenFor(server, *to.service)) continue;
      const std::string name = SniDnatClusterName(to.port->number, to.subset, to.service->host);
      FilterChain chain = NewFilterChain("", TcpProxyTo(view_.settings().config, name));
      auto& match = *chain.mutable_filter_chain_match();
      match.add_server_names(name);
      MatchAlpn(MeshAlpn(), match);
      Add(server, std::move(chain));
    }
  }
}

}  // namespace

FilterChains BuildGatewayFilterChains(mesh::View& view, const ProxyClass& proxy,
                                      const GatewayPort& port, Origins& origins) {
  Builder builder(view, proxy, port, origins);
  for (const GatewayServer& server : port.servers) {
    switch (TreatmentOf(server)) {
      case Treatment::kPlain:
        builder.AddPlain(server);
        break;
      case Treatment::kTerminate:
        builder.AddTerminated(server);
        break;
      case Treatment::kPassthrough:
        builder.AddPassthrough(server);
        break;
      case Treatment::kAutoPassthrough:
        builder.AddAutoPassthrough(server);
        break;
    }
  }
  return std::move(builder).Finish();
}

}  // namespace binnacle::translator
