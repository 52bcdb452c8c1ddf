#include "translator/resource_pool.h"

#include <algorithm>

namespace binnacle::translator {
namespace {

bool SameOrigins(const Origins& a, const Origins& b) {
  auto same = [](const policy::Origin& x, const policy::Origin& y) {
    const bool same_file = x.file == y.file || (x.file && y.file && *x.file == *y.file);
    const bool same_object =
        x.object == y.object || (x.object && y.object && *x.object == *y.object);
    return same_file && same_object && x.line == y.line && x.resource_version == y.resource_version;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace

ResourcePtr ResourcePool::Intern(ResourcePtr resource) {
  absl::MutexLock lock(&mu_);
  if (held_.size() >= sweep_at_) SweepLocked();
  auto& slot = held_[Key{resource->type(), resource->name(), resource->version()}];
  if (ResourcePtr held = slot.lock(); held != nullptr &&
                                      SameOrigins(held->origins(), resource->origins()) &&
                                      held->message() == resource->message()) {
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
