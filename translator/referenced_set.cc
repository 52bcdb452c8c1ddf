#include "translator/referenced_set.h"

#include <utility>

#include "translator/references.h"

namespace binnacle::translator {

void ReferencedSet::Count(const Resource& holder, int by, Names& touched) {
  for (const std::string& name : NamesOf(holder.references(), type_)) {
    int& count = counts_[name];
    const bool was = count != 0;
    count += by;
    if (was != (count != 0)) touched.insert(name);
  }
}

void ReferencedSet::Follow(const SetPtr& now, SetPtr& before, Names& touched) {
  static const ResourceSet kNone(std::vector<ResourcePtr>{});
  const ResourceSet& old = before == nullptr ? kNone : *before;
  if (const auto changed = now->ChangedSince(old); changed.has_value()) {
    for (absl::string_view name : *changed) {
      if (const ResourcePtr gone = old.Find(name)) Count(*gone, -1, touched);
      if (const ResourcePtr come = now->Find(name)) Count(*come, +1, touched);
    }
  } else {
    for (const ResourcePtr& resource : old) Count(*resource, -1, touched);
    for (const ResourcePtr& resource : *now) Count(*resource, +1, touched);
  }
  before = now;
}

ReferencedSet::SetPtr ReferencedSet::Update(
    const SetPtr& clusters, const SetPtr& listeners, const std::vector<std::string>* doubtful,
    absl::FunctionRef<ResourcePtr(absl::string_view)> find) {
  Names touched;
  if (clusters != clusters_) Follow(clusters, clusters_, touched);
  if (listeners != listeners_) Follow(listeners, listeners_, touched);
  if (doubtful != nullptr) {
    touched.insert(doubtful->begin(), doubtful->end());
  } else {
    for (const auto& [name, count] : counts_) touched.insert(name);
  }
  const bool first = set_ == nullptr;
  if (first) set_ = std::make_shared<const ResourceSet>(std::vector<ResourcePtr>{});
  std::vector<ResourceSet::Change> changes;
  std::vector<ResourcePtr> all;
  for (const std::string& name : touched) {
    const auto counted = counts_.find(name);
    const bool referred = counted != counts_.end() && counted->second != 0;
    if (!referred && counted != counts_.end()) counts_.erase(counted);
    ResourcePtr now = referred ? find(name) : nullptr;
    if (set_->Find(name) == now) continue;
    if (first) {
      all.push_back(std::move(now));
    } else {
      changes.push_back({name, std::move(now)});
    }
  }
  if (first) {
    set_ = std::make_shared<const ResourceSet>(std::move(all));
  } else if (!changes.empty()) {
    set_ = ResourceSet::With(*set_, std::move(changes));
  }
  return set_;
}

}  // namespace binnacle::translator
