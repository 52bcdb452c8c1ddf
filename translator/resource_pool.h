// translator/resource_pool.h
//
// Keeps one copy of each resource, so that classes which come to the same
// bytes share them, and an unchanged resource keeps its pointer.
//
// Threads  safe to call from several threads at once.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "translator/resource.h"

namespace binnacle::translator {

class ResourcePool {
 public:
  // The resource held already that equals `resource`, or else `resource`.
  ResourcePtr Intern(ResourcePtr resource);

 private:
  // Origins are compared too: equal bytes may come from other files.
  struct Key {
    ResourceType type;
    std::string name;
    std::string version;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.type, key.name, key.version);
    }
  };

  void SweepLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;
  absl::flat_hash_map<Key, std::weak_ptr<const Resource>> held_ ABSL_GUARDED_BY(mu_);
  size_t sweep_at_ ABSL_GUARDED_BY(mu_) = 1024;
};

}  // namespace binnacle::translator
