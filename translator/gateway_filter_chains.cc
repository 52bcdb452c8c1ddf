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
#include "proto/policy/gateway.pb.h"
#include "translator/cluster_name.h"
#include "translator/destination.h"
#include "translator/downstream_tls.h"
#include "translator/filter_chain.h"
#include "translator/gateway_host.h"
#include "translator/http_connection_manager.h"
#include "translator/tcp_proxy.h"
#include "translator/virtual_service_tcp.h"

namespace binnacle::translator {

using policy::v1::ServerTlsSettings;

namespace {

enum class Treatment { kPlain, kTerminate, kPassthrough, kAutoPassthrough };

Treatment TreatmentOf(const GatewayServer& server) {
  if (server.listed->terminates_tls) return Treatment::kTerminate;
  if (!mesh::IsTls(server.listed->protocol)) return Treatment::kPlain;
  return server.listed->passes_mesh_tls_on ? Treatment::kAutoPassthrough : Treatment::kPassthrough;
}

bool IsGrpcWeb(const GatewayServer& server) {
  return server.listed->protocol == mesh::Protocol::kGrpcWeb;
}

// Empty: any name will do.
ConnectionMatch::Words ServerNames(const GatewayServer& server) {
  ConnectionMatch::Words names;
  names.reserve(server.hosts.size());
  for (absl::string_view written : server.hosts) {
    const absl::string_view host = ParseGatewayHost(written).host;
    if (host == "*") return {};
    names.push_back(host);
  }
  return names;
}

// Most servers have one, and plaintext ones share theirs.
size_t ChainsExpected(const GatewayPort& port) {
  return TreatmentOf(port.servers.front()) == Treatment::kPlain ? 1 : port.servers.size();
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
        plain_grpc_web_(absl::c_any_of(port.servers, IsGrpcWeb)),
        chains_(ChainsExpected(port)) {
    const auto plain = [](const GatewayServer& s) { return TreatmentOf(s) == Treatment::kPlain; };
    mixed_ = absl::c_any_of(port.servers, plain) && !absl::c_all_of(port.servers, plain);
  }

  void AddPlain(const GatewayServer& server);
  void AddTerminated(const GatewayServer& server);
  void AddPassthrough(const GatewayServer& server);
  void AddAutoPassthrough(const GatewayServer& server);

  FilterChains Finish() && { return std::move(chains_); }

 private:
  std::string Http(const GatewayServer& server);
  // nullptr if this proxy has no certificate to show there.
  const std::string* Socket(const ServerTlsSettings& tls);
  // The first route of all VirtualServices bound to the server comes first.
  std::vector<const policy::Object*> Bound(const GatewayServer& server);
  ConnectionContext Context(const GatewayServer& server) const;
  // The first that takes every address is the last. `match`, `socket`: of all.
  void AddTcpRoutes(const GatewayServer& server, const ConnectionMatch& match,
                    absl::string_view socket);
  void AddRoute(const GatewayServer& server, const policy::Object& virtual_service,
                const ConnectionRoute& route, ConnectionMatch match, absl::string_view socket);
  void Add(const GatewayServer& server, ConnectionMatch match, absl::string_view filter,
           absl::string_view socket = {});

  mesh::View& view_;
  const ProxyClass& proxy_;
  const GatewayPort& port_;
  Origins& origins_;
  GatewayHttp http_;
  const bool plain_grpc_web_;
  bool mixed_ = false;       // TLS and plaintext arrive at the same port
  bool plain_http_ = false;  // there is a chain for plaintext HTTP
  // By what the server says: most say the same.
  absl::flat_hash_map<std::string, std::optional<std::string>> sockets_;
  FilterChains chains_;
};

void Builder::Add(const GatewayServer& server, ConnectionMatch match, absl::string_view filter,
                  absl::string_view socket) {
  const FilterChain chain = {.name = "", .filter = filter, .transport_socket = socket};
  if (chains_.Add(std::move(match), chain)) origins_.push_back(server.gateway->object->origin);
}

std::string Builder::Http(const GatewayServer& server) {
  HttpConnectionManagerOptions options;
  options.stat_prefix = server.listed->written->name().empty()
                            ? absl::StrCat("outbound_", port_.ListenerName())
                            : server.listed->written->name();
  options.route_name = std::string(server.route_name);
  // Plain servers share one chain, so what one of them needs all of them get.
  options.grpc_web = !server.listed->terminates_tls && plain_grpc_web_;
  return http_.Build(options);
}

const std::string* Builder::Socket(const ServerTlsSettings& tls) {
  auto [it, added] = sockets_.try_emplace(tls.SerializeAsString());
  if (added) it->second = BuildGatewayTlsSocket(view_, proxy_, tls);
  return it->second.has_value() ? &*it->second : nullptr;
}

std::vector<const policy::Object*> Builder::Bound(const GatewayServer& server) {
  std::vector<const policy::Object*> bound;
  for (const mesh::ListedVirtualService* listed :
       mesh::GatewayVirtualServices(view_, proxy_.ns, server.gateway->name)) {
    const policy::Object* object = listed->object.get();
    if (!MeetHosts(server.hosts, listed->hosts, object->key.ns).empty()) bound.push_back(object);
  }
  return bound;
}

ConnectionContext Builder::Context(const GatewayServer& server) const {
  return {proxy_, server.gateway->name, server.listed->port};
}

void Builder::AddRoute(const GatewayServer& server, const policy::Object& virtual_service,
                       const ConnectionRoute& route, ConnectionMatch match,
                       absl::string_view socket) {
  const auto filter =
      TcpProxyToRoute(view_, proxy_, virtual_service, *route.destinations, server.listed->port);
  if (!filter.has_value()) return;  // it leads nowhere
  origins_.insert(origins_.end(), filter->origins.begin(), filter->origins.end());
  Add(server, std::move(match), filter->message, socket);
}

void Builder::AddTcpRoutes(const GatewayServer& server, const ConnectionMatch& match,
                           absl::string_view socket) {
  for (const policy::Object* object : Bound(server)) {
    for (const ConnectionRoute& route : MatchTcpRoutes(*object, Context(server))) {
      ConnectionMatch narrowed = match;
      narrowed.prefix_ranges = route.subnets;
      AddRoute(server, *object, route, std::move(narrowed), socket);
      if (!route.Asks()) return;
    }
  }
}

void Builder::AddPlain(const GatewayServer& server) {
  ConnectionMatch match;
  if (mixed_) match.transport_protocol = kRawTransport;
  if (!server.listed->http) {
    AddTcpRoutes(server, match, "");
  } else if (!plain_http_) {  // one chain takes all there is
    plain_http_ = true;
    Add(server, std::move(match), Http(server));
  }
}

void Builder::AddTerminated(const GatewayServer& server) {
  const std::string* socket = Socket(server.listed->written->tls());
  if (socket == nullptr) return;
  ConnectionMatch match;
  match.server_names = ServerNames(server);
  if (mixed_ && match.server_names.empty()) match.transport_protocol = kTlsTransport;
  if (server.listed->http) {
    Add(server, std::move(match), Http(server), *socket);
  } else {
    AddTcpRoutes(server, match, *socket);
  }
}

// A VirtualService may name more than this server is open for.
void Narrow(const GatewayServer& server, absl::string_view ns, ConnectionRoute& route) {
  if (route.server_names.empty()) {
    const auto names = ServerNames(server);
    route.server_names = std::vector<std::string>(names.begin(), names.end());
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
      AddRoute(server, *object, route, route.Match(), "");
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
      ConnectionMatch match;
      match.server_names = {name};
      match.SetAlpn(MeshAlpn());
      Add(server, std::move(match), TcpProxyTo(view_.settings().config, name));
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
