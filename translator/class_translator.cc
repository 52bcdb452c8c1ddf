#include "translator/class_translator.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"
#include "translator/api_listener.h"
#include "translator/cluster_name.h"
#include "translator/endpoints.h"
#include "translator/fixed_clusters.h"
#include "translator/gateway_listeners.h"
#include "translator/inbound_clusters.h"
#include "translator/inbound_listener.h"
#include "translator/outbound_listeners.h"
#include "translator/references.h"
#include "translator/secret.h"
#include "translator/service_clusters.h"
#include "translator/sidecar_routes.h"

namespace binnacle::translator {
namespace {

std::string MemoKey(ResourceType type, absl::string_view name) {
  return absl::StrCat(ShortName(type), " ", name);
}

}  // namespace

ClassTranslator::ClassTranslator(std::shared_ptr<const ProxyClass> proxy, ResourcePool& pool)
    : proxy_(std::move(proxy)),
      pool_(pool),
      sets_(&counts_),
      groups_(&counts_),
      named_(&counts_),
      hosts_(&counts_),
      servers_(&counts_) {}

MemoCounts ClassTranslator::counts() const {
  absl::MutexLock lock(&mu_);
  return counts_;
}

std::shared_ptr<const ResourceSet> ClassTranslator::All(ResourceType type,
                                                        const mesh::Snapshot& snapshot) {
  absl::MutexLock lock(&mu_);
  mesh::View view(snapshot);
  auto all = AllLocked(type, view);
  DropUnused(snapshot);
  return all;
}

ResourcePtr ClassTranslator::Find(ResourceType type, absl::string_view name,
                                  const mesh::Snapshot& snapshot) {
  absl::MutexLock lock(&mu_);
  mesh::View view(snapshot);
  return FindLocked(type, name, view);
}

ClassTranslator::SetPtr ClassTranslator::AllLocked(ResourceType type, mesh::View& view) {
  return sets_.Get(ShortName(type), view, [&](mesh::View& reading) {
    mu_.AssertHeld();
    switch (type) {
      case ResourceType::kCluster:
        return Clusters(reading);
      case ResourceType::kListener:
        return Listeners(reading);
      default:
        return Referenced(type, reading);
    }
  });
}

ResourcePtr ClassTranslator::FindLocked(ResourceType type, absl::string_view name,
                                        mesh::View& view) {
  const bool proxyless = proxy_->type == ProxyType::kGrpc;
  if (type == ResourceType::kCluster && proxyless) return FindCluster(name, view);
  if (type == ResourceType::kCluster || (type == ResourceType::kListener && !proxyless)) {
    return AllLocked(type, view)->Find(name);
  }
  return named_.Get(MemoKey(type, name), view, [&](mesh::View& reading) {
    mu_.AssertHeld();
    return BuildNamed(type, std::string(name), reading);
  });
}

template <typename Message>
ResourcePtr ClassTranslator::Intern(ResourceType type, std::string name,
                                    Translated<Message> translated) {
  return pool_.Intern(
      Resource::Make(type, std::move(name), translated.message, std::move(translated.origins),
                     std::move(translated.parts)));
}

template <typename Build>
void ClassTranslator::AddGroup(ResourceType type, absl::string_view key, mesh::View& view,
                               Resources& into, Build build) {
  const auto group = groups_.Get(MemoKey(type, key), view, [&](mesh::View& reading) {
    Resources resources;
    for (auto& translated : build(reading)) {
      std::string name = translated.message.name();
      resources.push_back(Intern(type, std::move(name), std::move(translated)));
    }
    return std::make_shared<const Resources>(std::move(resources));
  });
  into.insert(into.end(), group->begin(), group->end());
}

ClassTranslator::SetPtr ClassTranslator::Clusters(mesh::View& view) {
  constexpr ResourceType kType = ResourceType::kCluster;
  Resources resources;
  const ProxyClass& proxy = *proxy_;
  if (proxy.type != ProxyType::kGrpc) {
    AddGroup(kType, "fixed", view, resources,
             [&](mesh::View& reading) { return BuildFixedClusters(reading, proxy); });
  }
  if (proxy.type == ProxyType::kSidecar) {
    AddGroup(kType, "inbound", view, resources,
             [&](mesh::View& reading) { return BuildInboundClusters(reading, proxy); });
  }
  for (absl::string_view host : mesh::VisibleHosts(view, proxy.ns)) {
    AddGroup(kType, absl::StrCat("host ", host), view, resources,
             [&](mesh::View& reading) { return BuildServiceClusters(reading, proxy, host); });
  }
  return std::make_shared<const ResourceSet>(std::move(resources));
}

ClassTranslator::SetPtr ClassTranslator::Listeners(mesh::View& view) {
  constexpr ResourceType kType = ResourceType::kListener;
  Resources resources;
  const ProxyClass& proxy = *proxy_;
  if (proxy.type == ProxyType::kGateway) {
    AddGroup(kType, "gateway", view, resources,
             [&](mesh::View& reading) { return BuildGatewayListeners(reading, proxy); });
  }
  if (proxy.type == ProxyType::kSidecar) {
    AddGroup(kType, "outbound", view, resources, [&](mesh::View& reading) {
      return std::vector{BuildVirtualOutbound(reading, proxy)};
    });
    AddGroup(kType, "inbound", view, resources,
             [&](mesh::View& reading) { return std::vector{BuildVirtualInbound(reading, proxy)}; });
    if (const auto* ports = view.Find<mesh::FactKind::kPorts>("")) {
      for (uint32_t port : *ports) {
        AddGroup(kType, absl::StrCat("port ", port), view, resources,
                 [&](mesh::View& reading) { return BuildOutboundListeners(reading, proxy, port); });
      }
    }
  }
  return std::make_shared<const ResourceSet>(std::move(resources));
}

ClassTranslator::SetPtr ClassTranslator::Referenced(ResourceType type, mesh::View& view) {
  References references;
  for (ResourceType holder : {ResourceType::kCluster, ResourceType::kListener}) {
    for (const ResourcePtr& resource : *AllLocked(holder, view)) {
      AddReferences(*resource, references);
    }
  }
  const auto& names = type == ResourceType::kEndpoint ? references.endpoints
                      : type == ResourceType::kRoute  ? references.routes
                                                      : references.secrets;
  Resources resources;
  for (const std::string& name : names) {
    if (ResourcePtr resource = FindLocked(type, name, view)) {
      resources.push_back(std::move(resource));
    }
  }
  return std::make_shared<const ResourceSet>(std::move(resources));
}

ResourcePtr ClassTranslator::FindCluster(absl::string_view name, mesh::View& view) {
  const auto parsed = ParseOutboundClusterName(name);
  if (!parsed.has_value()) return nullptr;
  Resources resources;
  AddGroup(
      ResourceType::kCluster, absl::StrCat("host ", parsed->host), view, resources,
      [&](mesh::View& reading) { return BuildServiceClusters(reading, *proxy_, parsed->host); });
  auto it = std::find_if(resources.begin(), resources.end(),
                         [&](const ResourcePtr& resource) { return resource->name() == name; });
  return it == resources.end() ? nullptr : *it;
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
    case ResourceType::kCluster:
      return nullptr;
  }
  return nullptr;
}

ResourcePtr ClassTranslator::BuildRoutes(const std::string& name, mesh::View& view) {
  if (proxy_->type == ProxyType::kSidecar) return AssembleSidecarRoutes(name, view);
  auto routes = proxy_->type == ProxyType::kGateway
                    ? BuildGatewayRoutes(view, *proxy_, name, *Servers(view))
                    : BuildApiRoutes(view, *proxy_, name);
  if (!routes.has_value()) return nullptr;
  return Intern(ResourceType::kRoute, name, *std::move(routes));
}

// Points into objects of the snapshot: it is used only while the facts that
// hold them are the same.
std::shared_ptr<const ServersByRoute> ClassTranslator::Servers(mesh::View& view) {
  return servers_.Get("", view, [&](mesh::View& reading) {
    return std::make_shared<const ServersByRoute>(GroupServersByRoute(reading, *proxy_));
  });
}

ResourcePtr ClassTranslator::AssembleSidecarRoutes(const std::string& name, mesh::View& view) {
  const auto hosts = SidecarVirtualHostNames(view, *proxy_, name);
  if (!hosts.has_value()) return nullptr;
  std::vector<std::shared_ptr<const VirtualHostPart>> parts;
  for (const std::string& host : *hosts) {
    auto part = hosts_.Get(absl::StrCat(name, " ", host), view, [&](mesh::View& reading) {
      auto translated = BuildSidecarVirtualHost(reading, *proxy_, host, name);
      return translated.has_value()
                 ? std::make_shared<const VirtualHostPart>(VirtualHostPart::Make(*translated))
                 : nullptr;
    });
    if (part != nullptr) parts.push_back(std::move(part));
  }
  auto assembled = AssembleRoutes(BuildSidecarRouteShell(view, *proxy_, name), parts);
  return pool_.Intern(Resource::FromBytes(ResourceType::kRoute, name, assembled.message,
                                          std::move(assembled.origins),
                                          PartList(parts.begin(), parts.end())));
}

void ClassTranslator::DropUnused(const mesh::Snapshot& snapshot) {
  // Long enough for what is asked for rarely; streams hold what they sent.
  constexpr uint64_t kKeptRevisions = 64;
  if (groups_.size() + named_.size() + hosts_.size() < sweep_at_) return;
  const uint64_t since =
      snapshot.revision() > kKeptRevisions ? snapshot.revision() - kKeptRevisions : 0;
  groups_.DropUnusedSince(since);
  named_.DropUnusedSince(since);
  hosts_.DropUnusedSince(since);
  sweep_at_ = std::max<size_t>(4096, 2 * (groups_.size() + named_.size() + hosts_.size()));
}

}  // namespace binnacle::translator
