#include "translator/resource_set.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/str_format.h"

namespace binnacle::translator {

ResourceSet::ResourceSet(std::vector<ResourcePtr> resources) : resources_(std::move(resources)) {
  std::stable_sort(resources_.begin(), resources_.end(),
                   [](const auto& a, const auto& b) { return a->name() < b->name(); });
  auto same = [](const auto& a, const auto& b) { return a->name() == b->name(); };
  resources_.erase(std::unique(resources_.begin(), resources_.end(), same), resources_.end());

  uint64_t hash = 0;
  for (const ResourcePtr& resource : resources_) {
    hash = XXH3_64bits_withSeed(resource->name().data(), resource->name().size(), hash);
    hash = XXH3_64bits_withSeed(resource->version().data(), resource->version().size(), hash);
  }
  version_ = absl::StrFormat("%016x", hash);
}

ResourcePtr ResourceSet::Find(absl::string_view name) const {
  auto it = std::lower_bound(
      resources_.begin(), resources_.end(), name,
      [](const auto& resource, absl::string_view n) { return resource->name() < n; });
  return it != resources_.end() && (*it)->name() == name ? *it : nullptr;
}

}  // namespace binnacle::translator
