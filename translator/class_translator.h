// translator/class_translator.h
//
// The resources of one class of proxies, with the memory of how each was made.
//
// Threads  safe to call from several threads; calls for one class take turns.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "mesh/view.h"
#include "translator/gateway_routes.h"
#include "translator/memo.h"
#include "translator/proxy_class.h"
#include "translator/resource.h"
#include "translator/resource_pool.h"
#include "translator/resource_set.h"
#include "translator/route_assembly.h"

namespace binnacle::translator {

class ClassTranslator {
 public:
  // `pool` must outlive it.
  ClassTranslator(std::shared_ptr<const ProxyClass> proxy, ResourcePool& pool);

  std::shared_ptr<const ResourceSet> All(ResourceType type, const mesh::Snapshot& snapshot)
      ABSL_LOCKS_EXCLUDED(mu_);
  ResourcePtr Find(ResourceType type, absl::string_view name, const mesh::Snapshot& snapshot)
      ABSL_LOCKS_EXCLUDED(mu_);

  MemoCounts counts() const ABSL_LOCKS_EXCLUDED(mu_);
  const std::shared_ptr<const ProxyClass>& proxy() const { return proxy_; }

 private:
  using Resources = std::vector<ResourcePtr>;
  using SetPtr = std::shared_ptr<const ResourceSet>;

  SetPtr AllLocked(ResourceType type, mesh::View& view) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr FindLocked(ResourceType type, absl::string_view name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  SetPtr Clusters(mesh::View& view) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  SetPtr Listeners(mesh::View& view) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  SetPtr Referenced(ResourceType type, mesh::View& view) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr FindCluster(absl::string_view name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr BuildNamed(ResourceType type, const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr BuildRoutes(const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<const ServersByRoute> Servers(mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ResourcePtr AssembleSidecarRoutes(const std::string& name, mesh::View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // One memo unit that makes several resources.
  template <typename Build>
  void AddGroup(ResourceType type, absl::string_view key, mesh::View& view, Resources& into,
                Build build) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  template <typename Message>
  ResourcePtr Intern(ResourceType type, std::string name, Translated<Message> translated);
  void DropUnused(const mesh::Snapshot& snapshot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<const ProxyClass> proxy_;
  ResourcePool& pool_;

  mutable absl::Mutex mu_;
  MemoCounts counts_ ABSL_GUARDED_BY(mu_);
  Memo<ResourceSet> sets_ ABSL_GUARDED_BY(mu_);
  Memo<Resources> groups_ ABSL_GUARDED_BY(mu_);
  Memo<Resource> named_ ABSL_GUARDED_BY(mu_);
  Memo<VirtualHostPart> hosts_ ABSL_GUARDED_BY(mu_);
  Memo<ServersByRoute> servers_ ABSL_GUARDED_BY(mu_);
  size_t sweep_at_ ABSL_GUARDED_BY(mu_) = 4096;
};

}  // namespace binnacle::translator
