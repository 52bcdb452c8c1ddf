#include "translator/gateway_routes.h"

#include <algorithm>
#include <forward_list>
#include <memory>
#include <utility>
#include <vector>

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
    const auto& bindings = content.bindings;
    return H::combine(std::move(h), bindings.size(), content.require_tls,
                      bindings.empty() ? nullptr : bindings.front().virtual_service);
  }
};

// A host that a server and a VirtualService have in common, or that a server
// sends to HTTPS (then there may be no VirtualService).
struct Meeting {
  absl::string_view host;
  const policy::Object* virtual_service = nullptr;
  absl::string_view gateway;
  bool require_tls = false;
};

// All that meet in one route configuration.
class Meetings {
 public:
  Meetings(mesh::View& view, absl::string_view client_ns) : view_(view), client_ns_(client_ns) {}

  void Add(const GatewayServer& server) {
    const bool redirect = server.server->tls().https_redirect();
    for (const policy::Object* object :
         mesh::GatewayVirtualServices(view_, client_ns_, server.gateway_name)) {
      for (absl::string_view host : MeetHosts(server.hosts, HostsOf(*object), object->key.ns)) {
        all_.push_back({host, object, server.gateway_name, redirect});
      }
    }
    if (!redirect) return;
    // A host that nobody routes is sent to HTTPS all the same.
    for (absl::string_view written : server.hosts) {
      all_.push_back({ParseGatewayHost(written).host, nullptr, "", true});
    }
  }

  // By host, otherwise as they were added.
  const std::vector<Meeting>& InOrder() {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const Meeting& a, const Meeting& b) { return a.host < b.host; });
    return all_;
  }

 private:
  using Hosts = absl::InlinedVector<absl::string_view, 4>;

  Hosts HostsOf(const policy::Object& object) {
    Hosts hosts;
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
  std::vector<Meeting> all_;
  std::forward_list<std::string> resolved_;  // hosts that had to be made
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

class Groups {
 public:
  explicit Groups(const std::vector<Meeting>& meetings) {
    groups_.reserve(meetings.size());
    made_.reserve(meetings.size());
    for (size_t i = 0; i < meetings.size();) i = AddHost(meetings, i);
  }

  const std::vector<Group>& all() const { return groups_; }

 private:
  // So that contents can be looked up where they are.
  struct Hash {
    size_t operator()(const HostContent* content) const { return absl::HashOf(*content); }
  };
  struct Same {
    bool operator()(const HostContent* a, const HostContent* b) const { return *a == *b; }
  };

  // The host whose meetings begin there; gives where they end.
  size_t AddHost(const std::vector<Meeting>& meetings, size_t at) {
    const absl::string_view host = meetings[at].host;
    HostContent content;
    for (; at < meetings.size() && meetings[at].host == host; ++at) {
      const Meeting& meeting = meetings[at];
      content.require_tls |= meeting.require_tls;
      if (meeting.virtual_service == nullptr) continue;
      content.bindings.push_back({meeting.virtual_service, {meeting.gateway}});
    }
    PutOldestFirst(content);
    JoinGateways(content);
    if (auto same = made_.find(&content); same != made_.end()) {
      groups_[same->second].hosts.push_back(host);
      return at;
    }
    groups_.push_back({std::move(content), {host}});
    made_.emplace(&groups_.back().content, groups_.size() - 1);
    return at;
  }

  std::vector<Group> groups_;  // stay where they are: there is room for all
  absl::flat_hash_map<const HostContent*, size_t, Hash, Same> made_;
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

// Nothing if it has no routes and redirects nobody.
void AppendVirtualHost(const Around& around, const Group& group, Translated<std::string>& result) {
  Origins origins;
  const RouteList routes = RoutesOf(around, group.content, origins);
  const bool require_tls = group.content.require_tls;
  if (routes.empty() && !require_tls) return;
  std::string name = VirtualHostName(group.hosts.front(), around.port);
  const VirtualHostFields fields{name, group.hosts, routes, require_tls};
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
                                                          const GatewayServers& all,
                                                          const MessageForm* send_on) {
  const GatewayServers::List* servers = all.Find(route_name);
  if (servers == nullptr) return std::nullopt;
  Translated<std::string> result;
  AppendText(RouteConfiguration::kNameFieldNumber, route_name, result.message);
  Meetings meetings(view, proxy.ns);
  for (const GatewayServer* server : *servers) {
    meetings.Add(*server);
    result.origins.push_back(server->gateway->origin);
  }
  const GatewayServer& first = *servers->front();
  const Around around{view, proxy, first.server->port().number(), first.terminates_tls, send_on};
  const Groups groups(meetings.InOrder());
  for (const Group& group : groups.all()) AppendVirtualHost(around, group, result);
  if (result.parts.empty()) AppendBlackHole(around.port, result.message);
  result.message.append(Options());
  return result;
}

}  // namespace binnacle::translator
