#include "translator/overlaid_set.h"

#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "translator/grouped_set.h"

namespace binnacle::translator {
namespace {

ResourcePtr FindIn(const std::vector<ResourcePtr>& own, absl::string_view name) {
  auto it = absl::c_find_if(own, [&](const ResourcePtr& r) { return r->name() == name; });
  return it == own.end() ? nullptr : *it;
}

std::shared_ptr<const ResourceSet> Overlay(const ResourceSet& base,
                                           const std::vector<ResourcePtr>& own) {
  std::vector<ResourceSet::Change> changes;
  for (const ResourcePtr& resource : own) {
    if (FindIn(own, resource->name()) == resource) changes.push_back({resource->name(), resource});
  }
  return ResourceSet::With(base, std::move(changes));
}

}  // namespace

OverlaidSet::SetPtr OverlaidSet::Update(const SetPtr& base, std::vector<ResourcePtr> own) {
  if (base == base_ && own == own_) return set_;
  const auto changed = base_ == nullptr ? std::nullopt : base->ChangedSince(*base_);
  if (!changed.has_value()) {
    set_ = AsStep(set_, Overlay(*base, own));
  } else {
    std::set<absl::string_view> touched(changed->begin(), changed->end());
    for (const ResourcePtr& resource : own_) touched.insert(resource->name());
    for (const ResourcePtr& resource : own) touched.insert(resource->name());
    std::vector<ResourceSet::Change> changes;
    for (absl::string_view name : touched) {
      ResourcePtr now = FindIn(own, name);
      if (now == nullptr) now = base->Find(name);
      if (set_->Find(name) != now) changes.push_back({std::string(name), std::move(now)});
    }
    if (!changes.empty()) set_ = ResourceSet::With(*set_, std::move(changes));
  }
  base_ = base;
  own_ = std::move(own);
  return set_;
}

}  // namespace binnacle::translator
