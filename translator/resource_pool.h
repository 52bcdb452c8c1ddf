// translator/resource_pool.h
//
// Keeps one copy of each resource, so that classes which come to the same
// bytes share them, and an unchanged resource keeps its pointer.
//
// Threads  safe to call from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

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
  void SweepLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;
  // By a hash of type, name and version. Should two that differ share it, one
  // of them is not kept; no more.
  absl::flat_hash_map<uint64_t, std::weak_ptr<const Resource>> held_ ABSL_GUARDED_BY(mu_);
  size_t sweep_at_ ABSL_GUARDED_BY(mu_) = 1024;
};

}  // namespace binnacle::translator
