#include "translator/resource_pool.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace binnacle::translator {
namespace {

// Origins are compared too: equal bytes may come from other files.
bool Same(const Resource& a, const Resource& b) {
  return a.type() == b.type() && a.name() == b.name() && a.message() == b.message() &&
         a.ShapedLike(b);
}

}  // namespace

ResourcePtr ResourcePool::Intern(ResourcePtr resource) {
  const uint64_t key = absl::HashOf(resource->type(), resource->name(), resource->version());
  absl::MutexLock lock(&mu_);
  if (held_.size() >= sweep_at_) SweepLocked();
  auto& slot = held_[key];
  if (ResourcePtr held = slot.lock(); held != nullptr && Same(*held, *resource)) return held;
  slot = resource;
  return resource;
}

void ResourcePool::SweepLocked() {
  absl::erase_if(held_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<size_t>(1024, 2 * held_.size());
}

}  // namespace binnacle::translator
