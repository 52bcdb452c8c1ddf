#include "translator/class_translator.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mesh/lookup.h"
#include "translator/api_listener.h"
#include "translator/cluster.h"
#include "translator/cluster_name.h"
#include "translator/destination.h"
#include "translator/endpoints.h"
#include "translator/fixed_clusters.h"
#include "translator/gateway_listeners.h"
#include "translator/gateway_routes.h"
#include "translator/inbound_clusters.h"
#include "translator/inbound_listener.h"
#include "translator/on_demand_virtual_host.h"
#include "translator/outbound_listeners.h"
#include "translator/references.h"
#include "translator/route_effect.h"
#include "translator/secret.h"
#include "translator/sidecar_routes.h"
#include "translator/sni_dnat_clusters.h"

namespace binnacle::translator {
namespace {

// Keys of groups. Their order is that of precedence, should two make a resource
// of one name.
constexpr absl::string_view kFixed = "1 fixed";
constexpr absl::string_view kOutbound = "2 outbound";
constexpr absl::string_view kGateway = "3 gateway";
constexpr absl::string_view kHost = "4 host ";
constexpr absl::string_view kPort = "5 port ";
constexpr absl::string_view kSniDnat = "6 passed on ";
constexpr absl::string_view kInbound = "inbound";

GroupedSet::Keys ClusterGroups(mesh::View& view, const ProxyClass& proxy) {
  GroupedSet::Keys keys;
  if (proxy.type != ProxyType::kGrpc) keys.emplace_back(kFixed);
  const auto hosts = mesh::VisibleHosts(view, proxy.ns);
  keys.reserve(2 * hosts.size() + 1);
  for (absl::string_view host : hosts) keys.push_back(absl::StrCat(kHost, host));
  if (!NeedsSniDnat(view, proxy)) return keys;
  for (absl::string_view host : hosts) keys.push_back(absl::StrCat(kSniDnat, host));
  return keys;
}

GroupedSet::Keys ListenerGroups(mesh::View& view, const ProxyClass& proxy) {
  GroupedSet::Keys keys;
  if (proxy.type == ProxyType::kGateway) keys.emplace_back(kGateway);
  if (proxy.type != ProxyType::kSidecar) return keys;
  keys.emplace_back(kOutbound);
  const auto* ports = view.Find<mesh::FactKind::kPorts>("");
  if (ports == nullptr) return keys;
  for (uint32_t port : *ports) {
    keys.push_back(absl::StrCat(kPort, absl::Dec(port, absl::kZeroPad5)));
  }
  return keys;
}

template <size_t... I>
std::array<ReferencedSet, sizeof...(I)> ReferencedSets(std::index_sequence<I...>) {
  return {ReferencedSet(static_cast<ResourceType>(I))...};
}

template <typename Value, size_t... I>
std::array<Memo<Value>, sizeof...(I)> Memos(MemoCounts* counts, std::index_sequence<I...>) {
  return {((void)I, Memo<Value>(counts))...};
}

using Types = std::make_index_sequence<kResourceTypeCount>;

size_t Index(ResourceType type) { return static_cast<size_t>(type); }

}  // namespace

ClassTranslator::ClassTranslator(std::shared_ptr<const ProxyClass> proxy, ResourcePool& pool,
                                 std::shared_ptr<ClassTranslator> common)
    : proxy_(std::move(proxy)),
      pool_(pool),
      common_(std::move(common)),
      clusters_(&counts_),
      listeners_(&counts_),
      referenced_(ReferencedSets(Types())),
      named_(Memos<Resource>(&counts_, Types())),
      groups_(&counts_),
      servers_(&counts_),
      credential_faults_(&counts_),
      send_on_(&counts_) {}

MemoCounts ClassTranslator::counts() const {
  absl::MutexLock lock(&mu_);
  return counts_;
}

std::shared_ptr<const ResourceSet> ClassTranslator::All(ResourceType type,
                                                        const mesh::Snapshot& snapshot) {
  absl::MutexLock lock(&mu_);
  auto all = AllLocked(type, snapshot);
  DropUnused(snapshot);
  return all;
}

ResourcePtr ClassTranslator::Find(ResourceType type, absl::string_view name,
                                  const mesh::Snapshot& snapshot) {
  absl::MutexLock lock(&mu_);
  // In a mesh that does not change, who asks for ever new names is all there is.
  if (Remembered() >= kManyAtRest * sweep_at_) DropNamedSince(snapshot.revision() + 1);
  return FindLocked(type, name, snapshot);
}

std::shared_ptr<const std::vector<CredentialFault>> ClassTranslator::CredentialFaults(
    const mesh::Snapshot& snapshot) {
  absl::MutexLock lock(&mu_);
  return credential_faults_.Get("", snapshot, [&](mesh::View& reading) {
    mu_.AssertHeld();
    return std::make_shared<const std::vector<CredentialFault>>(
        FindCredentialFaults(reading, *proxy_, [&](const std::string& name) {
          mu_.AssertHeld();
          constexpr ResourceType kType = ResourceType::kSecret;
          return named_[Index(kType)].Get(name, reading, [&](mesh::View& secret) {
            mu_.AssertHeld();
            return BuildNamed(kType, name, secret);
          }) != nullptr;
        }));
  });
}

ClassTranslator::SetPtr ClassTranslator::AllLocked(ResourceType type,
                                                   const mesh::Snapshot& snapshot) {
  if (type == ResourceType::kVirtualHost) {
    return common_ == nullptr ? OnDemand(snapshot) : common_->All(type, snapshot);
  }
  if (common_ != nullptr) return Overlaid(type, snapshot);
  if (type == ResourceType::kCluster || type == ResourceType::kListener) {
    return Grouped(type, snapshot);
  }
  return Referenced(type, snapshot);
}

ResourcePtr ClassTranslator::FindLocked(ResourceType type, absl::string_view name,
                                        const mesh::Snapshot& snapshot) {
  const bool proxyless = proxy_->type == ProxyType::kGrpc;
  if (type == ResourceType::kCluster && proxyless) return FindCluster(name, snapshot);
  if (type == ResourceType::kCluster || (type == ResourceType::kListener && !proxyless)) {
    return AllLocked(type, snapshot)->Find(name);
  }
  if (common_ != nullptr) return common_->Find(type, name, snapshot);
  if (type == ResourceType::kRoute && proxy_->type == ProxyType::kSidecar) {
    const bool bare = proxy_->on_demand_hosts && PortOfRoutes(name).has_value();
    if (!bare) return FindSidecarRoutes(name, snapshot);
  }
  if (type == ResourceType::kVirtualHost && !proxy_->on_demand_hosts) return nullptr;
  ResourcePtr found = named_[Index(type)].Get(name, snapshot, [&](mesh::View& reading) {
    mu_.AssertHeld();
    return BuildNamed(type, std::string(name), reading);
  });
  if (type == ResourceType::kVirtualHost && found != nullptr) on_demand_.Add(name);
  return found;
}

ClassTranslator::SetPtr ClassTranslator::Overlaid(ResourceType type,
                                                  const mesh::Snapshot& snapshot) {
  const SetPtr base = common_->All(type, snapshot);
  if (type == ResourceType::kCluster || type == ResourceType::kListener) {
    return overlaid_[Index(type)].Update(base, *Inbound(type, snapshot));
  }
  return overlaid_[Index(type)].Update(base, ReferredToInbound(type, snapshot));
}

std::shared_ptr<const ClassTranslator::Resources> ClassTranslator::Inbound(
    ResourceType type, const mesh::Snapshot& snapshot) {
  return groups_.Get(absl::StrCat(kInbound, ShortName(type)), snapshot, [&](mesh::View& reading) {
    mu_.AssertHeld();
    return std::make_shared<const Resources>(BuildGroup(type, kInbound, reading));
  });
}

ClassTranslator::Resources ClassTranslator::ReferredToInbound(ResourceType type,
                                                              const mesh::Snapshot& snapshot) {
  std::set<std::string> names;
  for (ResourceType holder : {ResourceType::kCluster, ResourceType::kListener}) {
    for (const ResourcePtr& resource : *Inbound(holder, snapshot)) {
      const auto& referred = NamesOf(resource->references(), type);
      names.insert(referred.begin(), referred.end());
    }
  }
  Resources resources;
  for (const std::string& name : names) {
    if (ResourcePtr found = FindLocked(type, name, snapshot)) resources.push_back(std::move(found));
  }
  return resources;
}

ClassTranslator::SetPtr ClassTranslator::Grouped(ResourceType type,
                                                 const mesh::Snapshot& snapshot) {
  const bool clusters = type == ResourceType::kCluster;
  return (clusters ? clusters_ : listeners_)
      .Update(
          snapshot,
          [&](mesh::View& view) {
            return clusters ? ClusterGroups(view, *proxy_) : ListenerGroups(view, *proxy_);
          },
          [&](mesh::View& view, absl::string_view key) {
            mu_.AssertHeld();
            return BuildGroup(type, key, view);
          });
}

ClassTranslator::SetPtr ClassTranslator::Referenced(ResourceType type,
                                                    const mesh::Snapshot& snapshot) {
  const SetPtr clusters = Grouped(ResourceType::kCluster, snapshot);
  const SetPtr listeners = Grouped(ResourceType::kListener, snapshot);
  auto& named = named_[Index(type)];
  named.Advance(snapshot);
  auto doubtful = named.TakeDoubtful();
  // Sidecars' routes are remembered elsewhere; they are few.
  if (type == ResourceType::kRoute && proxy_->type == ProxyType::kSidecar) doubtful.reset();
  return referenced_[Index(type)].Update(clusters, listeners,
                                         doubtful.has_value() ? &*doubtful : nullptr,
                                         [&](absl::string_view name) {
                                           mu_.AssertHeld();
                                           return FindLocked(type, name, snapshot);
                                         });
}

ClassTranslator::SetPtr ClassTranslator::OnDemand(const mesh::Snapshot& snapshot) {
  auto& named = named_[Index(ResourceType::kVirtualHost)];
  named.Advance(snapshot);
  const auto doubtful = named.TakeDoubtful();
  return on_demand_.Update(doubtful.has_value() ? &*doubtful : nullptr,
                           [&](absl::string_view name) {
                             mu_.AssertHeld();
                             return FindLocked(ResourceType::kVirtualHost, name, snapshot);
                           });
}

template <typename Message>
ResourcePtr ClassTranslator::Intern(ResourceType type, const std::string& name,
                                    Translated<Message> translated) {
  return pool_.Intern(Resource::Make(type, name, translated.message, std::move(translated.origins),
                                     std::move(translated.parts)));
}

template <typename Message>
ResourcePtr ClassTranslator::Intern(ResourceType type, Translated<Message> translated) {
  const std::string name = translated.message.name();
  return Intern(type, name, std::move(translated));
}

ResourcePtr ClassTranslator::Intern(ResourceType type, Translated<SerializedListener> translated) {
  auto& listener = translated.message;
  return pool_.Intern(Resource::FromBytes(
      type, std::move(listener.name), {listener.before, listener.chains, listener.after},
      std::move(translated.origins), std::move(translated.parts)));
}

template <typename Message>
ClassTranslator::Resources ClassTranslator::InternAll(ResourceType type,
                                                      std::vector<Translated<Message>> translated) {
  Resources resources;
  resources.reserve(translated.size());
  for (auto& one : translated) resources.push_back(Intern(type, std::move(one)));
  return resources;
}

ClassTranslator::Resources ClassTranslator::ServiceClusters(absl::string_view host,
                                                            mesh::View& view) {
  constexpr ResourceType kType = ResourceType::kCluster;
  Resources resources;
  for (const Destination& destination : FindDestinations(view, *proxy_, host)) {
    if (auto plain = plain_clusters_.Fill(view, *proxy_, destination)) {
      resources.push_back(pool_.Intern(Resource::FromBytes(
          kType, std::move(plain->name), plain->bytes, std::move(plain->origins))));
    } else if (auto built = BuildOutboundCluster(view, *proxy_, destination)) {
      resources.push_back(Intern(kType, *std::move(built)));
    }
  }
  return resources;
}

ClassTranslator::Resources ClassTranslator::BuildGroup(ResourceType type, absl::string_view key,
                                                       mesh::View& view) {
  const ProxyClass& proxy = *proxy_;
  if (type == ResourceType::kCluster) {
    if (key == kFixed) return InternAll(type, BuildFixedClusters(view, proxy));
    if (key == kInbound) return InternAll(type, BuildInboundClusters(view, proxy));
    if (absl::string_view host = key; absl::ConsumePrefix(&host, kSniDnat)) {
      return InternAll(type, BuildSniDnatClusters(view, proxy, host));
    }
    return ServiceClusters(absl::StripPrefix(key, kHost), view);
  }
  if (key == kGateway) return InternAll(type, BuildGatewayListeners(view, proxy, *Servers(view)));
  if (key == kOutbound) return {Intern(type, BuildVirtualOutbound(view, proxy))};
  if (key == kInbound) return {Intern(type, BuildVirtualInbound(view, proxy))};
  uint32_t port = 0;
  if (!absl::SimpleAtoi(absl::StripPrefix(key, kPort), &port)) return {};
  return InternAll(type, BuildOutboundListeners(view, proxy, port));
}

ResourcePtr ClassTranslator::FindCluster(absl::string_view name, const mesh::Snapshot& snapshot) {
  constexpr ResourceType kType = ResourceType::kCluster;
  const auto parsed = ParseOutboundClusterName(name);
  if (!parsed.has_value()) return nullptr;
  const std::string key = absl::StrCat(kHost, parsed->host);
  const auto group = groups_.Get(key, snapshot, [&](mesh::View& reading) {
    mu_.AssertHeld();
    return std::make_shared<const Resources>(BuildGroup(kType, key, reading));
  });
  auto it = std::find_if(group->begin(), group->end(),
                         [&](const ResourcePtr& resource) { return resource->name() == name; });
  return it == group->end() ? nullptr : *it;
}

ResourcePtr ClassTranslator::BuildNamed(ResourceType type, const std::string& name,
                                        mesh::View& view) {
  auto make = [&](auto translated) -> ResourcePtr {
    if (!translated.has_value()) return nullptr;
    return Intern(type, name, *std::move(translated));
  };
  switch (type) {
    case ResourceType::kEndpoint:
      return make(BuildEndpoints(view, *proxy_, name));
    case ResourceType::kRoute:
      return BuildRoutes(name, view);
    case ResourceType::kSecret:
      return make(BuildSecret(view, *proxy_, name));
    case ResourceType::kListener:
      return make(BuildApiListener(view, *proxy_, name));
    case ResourceType::kVirtualHost:
      return make(BuildOnDemandVirtualHost(view, *proxy_, name));
    case ResourceType::kCluster:
      return nullptr;
  }
  return nullptr;
}

ResourcePtr ClassTranslator::BuildRoutes(const std::string& name, mesh::View& view) {
  if (proxy_->type == ProxyType::kGateway) return GatewayRoutes(name, view);
  auto routes = proxy_->type == ProxyType::kSidecar ? BuildOnDemandRoutes(view, *proxy_, name)
                                                    : BuildApiRoutes(view, *proxy_, name);
  if (!routes.has_value()) return nullptr;
  return Intern(ResourceType::kRoute, name, *std::move(routes));
}

ResourcePtr ClassTranslator::GatewayRoutes(const std::string& name, mesh::View& view) {
  const auto send_on = send_on_.Get("", view, SendOnForm);
  auto routes = BuildGatewayRoutes(view, *proxy_, name, *Servers(view), send_on.get());
  if (!routes.has_value()) return nullptr;
  return pool_.Intern(Resource::FromBytes(ResourceType::kRoute, name, routes->message,
                                          std::move(routes->origins), std::move(routes->parts)));
}

// Points into objects of the snapshot: it is used only while the facts that
// hold them are the same.
std::shared_ptr<const GatewayServers> ClassTranslator::Servers(mesh::View& view) {
  return servers_.Get("", view, [&](mesh::View& reading) {
    return std::make_shared<const GatewayServers>(reading, *proxy_);
  });
}

ResourcePtr ClassTranslator::FindSidecarRoutes(absl::string_view name,
                                               const mesh::Snapshot& snapshot) {
  auto& routes = sidecar_routes_[name];
  if (routes == nullptr) {
    routes =
        std::make_unique<SidecarRouteConfiguration>(std::string(name), *proxy_, pool_, &counts_);
  }
  return routes->Update(snapshot);
}

size_t ClassTranslator::Remembered() const {
  size_t count = groups_.size() + sidecar_routes_.size();
  for (const auto& named : named_) count += named.size();
  return count;
}

void ClassTranslator::DropUnused(const mesh::Snapshot& snapshot) {
  constexpr uint64_t kKeptRevisions = 64;  // long enough for what is asked for rarely
  if (Remembered() < sweep_at_) return;
  const uint64_t since = snapshot.revision() - std::min(kKeptRevisions, snapshot.revision());
  groups_.DropUnusedSince(since);
  absl::erase_if(sidecar_routes_, [&](const auto& entry) {
    mu_.AssertHeld();
    return !referenced_[Index(ResourceType::kRoute)].Refers(entry.first);
  });
  DropNamedSince(since);
}

// What was asked for by name and is referred to by nothing; streams hold what
// they sent.
void ClassTranslator::DropNamedSince(uint64_t revision) {
  on_demand_.Clear();
  for (size_t i = 0; i < named_.size(); ++i) {
    named_[i].DropUnusedSince(revision, [&](absl::string_view name) {
      mu_.AssertHeld();
      return referenced_[i].Refers(name);
    });
  }
  sweep_at_ = std::max<size_t>(4096, 2 * Remembered());
}

}  // namespace binnacle::translator
