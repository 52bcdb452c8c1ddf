#include "translator/gateway_routes.h"

#include <algorithm>
#include <forward_list>
#include <memory>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "envoy/config/route/v3/route.pb.h"
#include "mesh/lookup.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/field_bytes.h"
#include "translator/gateway_host.h"
#include "translator/route_context.h"
#include "translator/route_list.h"
#include "translator/serialize.h"
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
};

// What one host of the route configuration consists of.
struct HostContent {
  absl::InlinedVector<Binding, 1> bindings;
  bool require_tls = false;

  friend bool operator==(const HostContent&, const HostContent&) = default;
  // Contents that differ seldom begin alike.
  template <typename H>
  friend H AbslHashValue(H h, const HostContent& content) {
    const Binding* first = content.bindings.empty() ? nullptr : &content.bindings.front();
    return H::combine(std::move(h), content.bindings.size(), content.require_tls,
                      first == nullptr ? nullptr : first->virtual_service);
  }
};

// So that contents can be looked up where they are.
struct HashContent {
  size_t operator()(const HostContent* content) const { return absl::HashOf(*content); }
};
struct SameContent {
  bool operator()(const HostContent* a, const HostContent* b) const { return *a == *b; }
};

// Servers of several gateways may have brought them in any order.
void PutOldestFirst(HostContent& content) {
  auto before = [](const Binding& a, const Binding& b) {
    return policy::TakesPrecedence(*a.virtual_service, *b.virtual_service);
  };
  auto& bindings = content.bindings;
  if (std::is_sorted(bindings.begin(), bindings.end(), before)) return;
  std::stable_sort(bindings.begin(), bindings.end(), before);
}

// One VirtualService may have come through several gateways.
void JoinGateways(HostContent& content) {
  auto& bindings = content.bindings;
  size_t kept = 0;
  for (size_t i = 1; i < bindings.size(); ++i) {
    if (bindings[i].virtual_service != bindings[kept].virtual_service) {
      if (++kept != i) bindings[kept] = std::move(bindings[i]);
    } else if (const auto gateway = bindings[i].gateways.front();
               bindings[kept].gateways.back() != gateway) {
      bindings[kept].gateways.push_back(gateway);
    }
  }
  if (!bindings.empty()) bindings.resize(kept + 1);
}

// Hosts with the same content, in order, which share a virtual host: a
// VirtualService for many hosts would otherwise be sent as many times.
struct Group {
  HostContent content;
  absl::InlinedVector<absl::string_view, 4> hosts;
};

// All hosts of one route configuration.
class Hosts {
 public:
  Hosts(mesh::View& view, absl::string_view client_ns) : view_(view), client_ns_(client_ns) {}

  void Add(const GatewayServer& server) {
    const bool redirect = server.server->tls().https_redirect();
    for (const policy::Object* object :
         mesh::GatewayVirtualServices(view_, client_ns_, server.gateway_name)) {
      for (absl::string_view host : MeetHosts(server.hosts, HostsOf(*object), object->key.ns)) {
        HostContent& content = At(host);
        content.bindings.push_back({object, {server.gateway_name}});
        content.require_tls |= redirect;
      }
    }
    if (!redirect) return;
    // A host that nobody routes is sent to HTTPS all the same.
    for (absl::string_view written : server.hosts) {
      At(ParseGatewayHost(written).host).require_tls = true;
    }
  }

  // In the order of their first hosts. Once only.
  std::vector<const Group*> Grouped() {
    groups_.reserve(all_.size());  // they stay where they are
    absl::flat_hash_map<const HostContent*, Group*, HashContent, SameContent> made;
    made.reserve(all_.size());
    for (auto& [host, content] : all_) {
      PutOldestFirst(content);
      JoinGateways(content);
      auto same = made.find(&content);
      if (same == made.end()) {
        Group* added = &groups_.emplace_back(Group{std::move(content), {}});
        same = made.emplace(&added->content, added).first;
      }
      same->second->hosts.push_back(host);
    }
    std::vector<const Group*> groups;
    groups.reserve(groups_.size());
    for (Group& group : groups_) {
      absl::c_sort(group.hosts);
      groups.push_back(&group);
    }
    absl::c_sort(groups, [](const Group* a, const Group* b) { return a->hosts[0] < b->hosts[0]; });
    return groups;
  }

 private:
  using Names = absl::InlinedVector<absl::string_view, 4>;

  HostContent& At(absl::string_view host) {
    auto [place, added] = places_.try_emplace(host, all_.size());
    if (added) all_.push_back({host, {}});
    return all_[place->second].second;
  }

  Names HostsOf(const policy::Object& object) {
    Names hosts;
    for (const std::string& host : object.As<policy::v1::VirtualService>().hosts()) {
      if (mesh::IsResolvedHost(host)) {
        hosts.emplace_back(host);
      } else {
        hosts.emplace_back(resolved_.emplace_front(
            mesh::ResolveHost(host, object.key.ns, view_.settings().domain)));
      }
    }
    return hosts;
  }

  mesh::View& view_;
  const absl::string_view client_ns_;
  std::vector<std::pair<absl::string_view, HostContent>> all_;
  absl::flat_hash_map<absl::string_view, size_t> places_;  // in all_
  std::vector<Group> groups_;
  std::forward_list<std::string> resolved_;  // hosts that had to be made
};

// All that decides on the routes of a virtual host, but its bindings.
struct Around {
  mesh::View& view;
  const ProxyClass& proxy;
  uint32_t port = 0;
  bool tls = false;
  const MessageForm* send_on = nullptr;
};

RouteList RoutesOf(const Around& around, const HostContent& content, Origins& origins) {
  RouteList routes;
  for (const Binding& binding : content.bindings) {
    RouteContext context{.view = around.view,
                         .proxy = around.proxy,
                         .port = around.port,
                         .gateways = binding.gateways,
                         .tls = around.tls,
                         .origins = origins,
                         .send_on = around.send_on};
    AppendVirtualServiceRoutes(context, *binding.virtual_service, routes);
  }
  return routes;
}

// Of a virtual host's header, and of Options(): so that the last one need not
// move for them.
constexpr size_t kRoomForOptions = 64;

// Nothing if it has no routes and redirects nobody.
void AppendVirtualHost(const Around& around, const Group& group, Translated<std::string>& result) {
  Origins origins;
  const RouteList routes = RoutesOf(around, group.content, origins);
  const bool require_tls = group.content.require_tls;
  if (routes.empty() && !require_tls) return;
  std::string name = VirtualHostName(group.hosts.front(), around.port);
  const VirtualHostFields fields{name, group.hosts, routes, require_tls};
  result.message.reserve(result.message.size() + fields.Size() + kRoomForOptions);
  AppendHeader(RouteConfiguration::kVirtualHostsFieldNumber, fields.Size(), result.message);
  fields.AppendTo(result.message);
  result.parts.push_back(
      std::make_shared<const PartOrigins>(PartOrigins{std::move(name), std::move(origins)}));
}

// No routes: every request is answered 404.
void AppendBlackHole(uint32_t port, std::string& configuration) {
  VirtualHost virtual_host;
  virtual_host.set_name(VirtualHostName("blackhole", port));
  virtual_host.add_domains("*");
  AppendField(RouteConfiguration::kVirtualHostsFieldNumber, Serialize(virtual_host), configuration);
}

// All fields of a route configuration that stand behind its virtual hosts.
const std::string& Options() {
  static const std::string* const kOptions = [] {
    RouteConfiguration configuration;
    SetRouteConfigurationOptions("", configuration);
    return new std::string(Serialize(configuration));
  }();
  return *kOptions;
}

}  // namespace

std::optional<Translated<std::string>> BuildGatewayRoutes(mesh::View& view, const ProxyClass& proxy,
                                                          absl::string_view route_name,
                                                          const GatewayServers& servers,
                                                          const MessageForm* send_on) {
  const GatewayServers::List* found = servers.Find(route_name);
  if (found == nullptr) return std::nullopt;
  Translated<std::string> result;
  AppendText(RouteConfiguration::kNameFieldNumber, route_name, result.message);
  Hosts hosts(view, proxy.ns);
  result.origins.reserve(found->size());
  for (const GatewayServer* server : *found) {
    hosts.Add(*server);
    result.origins.push_back(server->gateway->origin);
  }
  const GatewayServer& first = *found->front();
  const Around around{view, proxy, first.server->port().number(), first.terminates_tls, send_on};
  for (const Group* group : hosts.Grouped()) AppendVirtualHost(around, *group, result);
  if (result.parts.empty()) AppendBlackHole(around.port, result.message);
  result.message.append(Options());
  return result;
}

}  // namespace binnacle::translator
