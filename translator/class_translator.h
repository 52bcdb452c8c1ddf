// translator/class_translator.h
//
// The resources of one class of proxies, with the memory of how each was made.
//
// Sidecars that differ only in the services that run at them send the same
// traffic in the same way: all but their inbound side is made once, by the
// translator of what they have in common.
//
// Threads  safe to call from several threads; calls for one class take turns.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "mesh/view.h"
#include "translator/credential_fault.h"
#include "translator/gateway_servers.h"
#include "translator/grouped_set.h"
#include "translator/memo.h"
#include "translator/message_form.h"
#include "translator/on_demand_set.h"
#include "translator/overlaid_set.h"
#include "translator/plain_clusters.h"
#include "translator/proxy_class.h"
#include "translator/referenced_set.h"
#include "translator/resource.h"
#include "translator/resource_pool.h"
#include "translator/resource_set.h"
#include "translator/serialized_listener.h"
#include "translator/sidecar_route_configuration.h"

namespace binnacle::translator {

class ClassTranslator {
 public:
  // `pool` must outlive it. `common`: of a sidecar's class without its
  // services, which makes all but the inbound side; nullptr: this one makes
  // everything but an inbound side.
  ClassTranslator(std::shared_ptr<const ProxyClass> proxy, ResourcePool& pool,
                  std::shared_ptr<ClassTranslator> common);

  std::shared_ptr<const ResourceSet> All(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_LOCKS_EXCLUDED(mu_);
  ResourcePtr Find(ResourceType type, absl::string_view name, const mesh::Snapshot& snapshot)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Of a class of gateways; the same pointer while nothing of it changed.
  std::shared_ptr<const std::vector<CredentialFault>> CredentialFaults(
      const mesh::Snapshot& snapshot) ABSL_LOCKS_EXCLUDED(mu_);

  MemoCounts counts() const ABSL_LOCKS_EXCLUDED(mu_);
  const std::shared_ptr<const ProxyClass>& proxy() const { return proxy_; }
  const std::shared_ptr<ClassTranslator>& common() const { return common_; }

 private:
  using Resources = std::vector<ResourcePtr>;
  using SetPtr = std::shared_ptr<const ResourceSet>;
  template <typename T>
  using PerType = std::array<T, kResourceTypeCount>;

  // Of a class with a common one.
  SetPtr Overlaid(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<const Resources> Inbound(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Resources ReferredToInbound(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  SetPtr AllLocked(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  SetPtr Grouped(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  SetPtr Referenced(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of kVirtualHost: those that were asked for.
  SetPtr OnDemand(const mesh::Snapshot& snapshot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr FindLocked(ResourceType type, absl::string_view name, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Resources ServiceClusters(absl::string_view host, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Resources BuildGroup(ResourceType type, absl::string_view key, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr FindCluster(absl::string_view name, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr BuildNamed(ResourceType type, const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr BuildRoutes(const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr GatewayRoutes(const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<const GatewayServers> Servers(mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr FindSidecarRoutes(absl::string_view name, const mesh::Snapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  template <typename Message>
  ResourcePtr Intern(ResourceType type, const std::string& name, Translated<Message> translated);
  template <typename Message>
  ResourcePtr Intern(ResourceType type, Translated<Message> translated);
  ResourcePtr Intern(ResourceType type, Translated<SerializedListener> translated);
  template <typename Message>
  Resources InternAll(ResourceType type, std::vector<Translated<Message>> translated);
  size_t Remembered() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropUnused(const mesh::Snapshot& snapshot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropNamedSince(uint64_t revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<const ProxyClass> proxy_;
  ResourcePool& pool_;
  const std::shared_ptr<ClassTranslator> common_;

  mutable absl::Mutex mu_;
  MemoCounts counts_ ABSL_GUARDED_BY(mu_);
  PlainClusters plain_clusters_ ABSL_GUARDED_BY(mu_);
  GroupedSet clusters_ ABSL_GUARDED_BY(mu_);
  GroupedSet listeners_ ABSL_GUARDED_BY(mu_);
  PerType<ReferencedSet> referenced_ ABSL_GUARDED_BY(mu_);
  PerType<OverlaidSet> overlaid_ ABSL_GUARDED_BY(mu_);
  OnDemandSet on_demand_ ABSL_GUARDED_BY(mu_);
  PerType<Memo<Resource>> named_ ABSL_GUARDED_BY(mu_);
  Memo<Resources> groups_ ABSL_GUARDED_BY(mu_);  // outside of clusters_ and listeners_
  absl::flat_hash_map<std::string, std::unique_ptr<SidecarRouteConfiguration>> sidecar_routes_
      ABSL_GUARDED_BY(mu_);
  Memo<GatewayServers> servers_ ABSL_GUARDED_BY(mu_);
  Memo<std::vector<CredentialFault>> credential_faults_ ABSL_GUARDED_BY(mu_);
  Memo<MessageForm> send_on_ ABSL_GUARDED_BY(mu_);  // of routes: see RouteContext
  // Many times what is dropped while the mesh changes: that tells better what is
  // of no use.
  static constexpr size_t kManyAtRest = 8;
  size_t sweep_at_ ABSL_GUARDED_BY(mu_) = 4096;
};

}  // namespace binnacle::translator
