#include "translator/gateway_routes.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "mesh/lookup.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/gateway_host.h"
#include "translator/route_context.h"
#include "translator/virtual_host.h"
#include "translator/virtual_service_routes.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

// A VirtualService and the gateways through which it came to a host.
struct Binding {
  const policy::Object* virtual_service = nullptr;
  absl::InlinedVector<absl::string_view, 1> gateways;  // "ns/name"

  friend bool operator==(const Binding&, const Binding&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Binding& binding) {
    return H::combine(std::move(h), binding.virtual_service, binding.gateways);
  }
};

// What one host of the route configuration consists of.
struct HostContent {
  absl::InlinedVector<Binding, 1> bindings;
  bool require_tls = false;

  friend bool operator==(const HostContent&, const HostContent&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const HostContent& content) {
    return H::combine(std::move(h), content.bindings, content.require_tls);
  }
};

using Hosts = absl::btree_map<std::string, HostContent>;

// So that contents can be looked up where they are.
struct HashContent {
  size_t operator()(const HostContent* content) const { return absl::HashOf(*content); }
};
struct SameContent {
  bool operator()(const HostContent* a, const HostContent* b) const { return *a == *b; }
};

std::vector<std::string> ResolvedHosts(mesh::View& view, const policy::Object& virtual_service) {
  std::vector<std::string> hosts;
  for (const std::string& host : virtual_service.As<policy::v1::VirtualService>().hosts()) {
    hosts.push_back(mesh::ResolveHost(host, virtual_service.key.ns, view.settings().domain));
  }
  return hosts;
}

void Bind(const GatewayServer& server, const policy::Object& virtual_service,
          HostContent& content) {
  auto bound = std::find_if(
      content.bindings.begin(), content.bindings.end(),
      [&](const Binding& binding) { return binding.virtual_service == &virtual_service; });
  if (bound == content.bindings.end()) {
    content.bindings.push_back({&virtual_service, {server.gateway_name}});
  } else if (bound->gateways.back() != server.gateway_name) {
    bound->gateways.push_back(server.gateway_name);
  }
}

void AddServer(mesh::View& view, absl::string_view client_ns, const GatewayServer& server,
               Hosts& hosts) {
  const bool redirect = server.server->tls().https_redirect();
  for (const policy::Object* object :
       mesh::GatewayVirtualServices(view, client_ns, server.gateway_name)) {
    const auto met = MeetHosts(server.hosts, ResolvedHosts(view, *object), object->key.ns);
    for (const std::string& host : met) {
      HostContent& content = hosts[host];
      Bind(server, *object, content);
      content.require_tls |= redirect;
    }
  }
  if (!redirect) return;
  // A host that nobody routes is sent to HTTPS all the same.
  for (absl::string_view written : server.hosts) {
    hosts[std::string(ParseGatewayHost(written).host)].require_tls = true;
  }
}

// Servers of several gateways may have brought them in any order.
void PutOldestFirst(Hosts& hosts) {
  for (auto& [host, content] : hosts) {
    std::stable_sort(content.bindings.begin(), content.bindings.end(),
                     [](const Binding& a, const Binding& b) {
                       return policy::TakesPrecedence(*a.virtual_service, *b.virtual_service);
                     });
  }
}

struct Port {
  uint32_t number = 0;
  bool tls = false;
};

void AppendRoutes(mesh::View& view, const ProxyClass& proxy, const Port& port,
                  const HostContent& content, Routes& routes, Origins& origins) {
  for (const Binding& binding : content.bindings) {
    RouteContext context{.view = view,
                         .proxy = proxy,
                         .port = port.number,
                         .gateways = binding.gateways,
                         .tls = port.tls,
                         .origins = origins};
    AppendVirtualServiceRoutes(context, *binding.virtual_service, routes);
  }
  PutCatchAllsLast(routes);
}

// Hosts with the same content share a virtual host: a VirtualService for many
// hosts would otherwise be sent as many times.
void AppendVirtualHosts(mesh::View& view, const ProxyClass& proxy, const Port& port,
                        const Hosts& hosts, Translated<RouteConfiguration>& result) {
  absl::flat_hash_map<const HostContent*, VirtualHost*, HashContent, SameContent> made;
  for (const auto& [host, content] : hosts) {
    if (auto same = made.find(&content); same != made.end()) {
      same->second->add_domains(host);
      continue;
    }
    VirtualHost& virtual_host = *result.message.add_virtual_hosts();
    Origins origins;
    AppendRoutes(view, proxy, port, content, *virtual_host.mutable_routes(), origins);
    result.origins.insert(result.origins.end(), origins.begin(), origins.end());
    if (virtual_host.routes().empty() && !content.require_tls) {
      result.message.mutable_virtual_hosts()->RemoveLast();
      continue;
    }
    virtual_host.set_name(VirtualHostName(host, port.number));
    virtual_host.add_domains(host);
    virtual_host.set_include_request_attempt_count(true);
    if (content.require_tls) virtual_host.set_require_tls(VirtualHost::ALL);
    result.parts.push_back(
        std::make_shared<const PartOrigins>(PartOrigins{virtual_host.name(), std::move(origins)}));
    made.emplace(&content, &virtual_host);
  }
}

// No routes: every request is answered 404.
void AppendBlackHole(uint32_t port, RouteConfiguration& configuration) {
  VirtualHost& virtual_host = *configuration.add_virtual_hosts();
  virtual_host.set_name(VirtualHostName("blackhole", port));
  virtual_host.add_domains("*");
}

}  // namespace

std::optional<Translated<RouteConfiguration>> BuildGatewayRoutes(mesh::View& view,
                                                                 const ProxyClass& proxy,
                                                                 absl::string_view route_name,
                                                                 const GatewayServers& all) {
  const GatewayServers::List* servers = all.Find(route_name);
  if (servers == nullptr) return std::nullopt;
  Translated<RouteConfiguration> result;
  SetRouteConfigurationOptions(route_name, result.message);
  Hosts hosts;
  for (const GatewayServer* server : *servers) {
    AddServer(view, proxy.ns, *server, hosts);
    result.origins.push_back(server->gateway->origin);
  }
  PutOldestFirst(hosts);
  const GatewayServer& first = *servers->front();
  const Port port{first.server->port().number(), first.terminates_tls};
  AppendVirtualHosts(view, proxy, port, hosts, result);
  if (result.message.virtual_hosts().empty()) AppendBlackHole(port.number, result.message);
  return result;
}

std::optional<Translated<RouteConfiguration>> BuildGatewayRoutes(mesh::View& view,
                                                                 const ProxyClass& proxy,
                                                                 absl::string_view route_name) {
  return BuildGatewayRoutes(view, proxy, route_name, GatewayServers(view, proxy));
}

}  // namespace binnacle::translator
