#include "translator/resource_pool.h"

namespace binnacle::translator {
ResourcePtr ResourcePool::Intern(ResourcePtr resource) {
  absl::MutexLock lock(&mu_);
  if (held_.size() >= sweep_at_) SweepLocked();
  auto& slot = held_[Key{resource->type(), resource->name(), resource->version()}];
  if (ResourcePtr held = slot.lock();
      held != nullptr && held->ShapedLike(*resource) && held->message() == resource->message()) {
    return held;
  }
  slot = resource;
  return resource;
}

void ResourcePool::SweepLocked() {
  absl::erase_if(held_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<size_t>(1024, 2 * held_.size());
}

}  // namespace binnacle::translator
