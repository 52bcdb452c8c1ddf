#include "translator/grouped_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace binnacle::translator {

std::shared_ptr<const ResourceSet> AsStep(const std::shared_ptr<const ResourceSet>& before,
                                          std::shared_ptr<const ResourceSet> after) {
  if (before == nullptr) return after;
  std::vector<ResourceSet::Change> changes;
  auto old = before->begin();
  for (const ResourcePtr& resource : *after) {
    for (; old != before->end() && (*old)->name() < resource->name(); ++old) {
      changes.push_back({(*old)->name(), nullptr});
    }
    const bool known = old != before->end() && (*old)->name() == resource->name();
    if (!known || *old != resource) changes.push_back({resource->name(), resource});
    if (known) ++old;
  }
  for (; old != before->end(); ++old) changes.push_back({(*old)->name(), nullptr});
  return changes.empty() ? before : ResourceSet::With(*before, std::move(changes));
}

// Without a known way from the snapshot before, all of them.
GroupedSet::Keys GroupedSet::Stale(const Keys& keys) {
  auto doubtful = groups_.TakeDoubtful();
  Keys stale = doubtful.has_value() ? *std::move(doubtful) : keys;
  if (keys_ != nullptr && keys_.get() != &keys) {
    // Groups that came, and those that went.
    std::set_symmetric_difference(keys_->begin(), keys_->end(), keys.begin(), keys.end(),
                                  std::back_inserter(stale));
  }
  std::sort(stale.begin(), stale.end());
  stale.erase(std::unique(stale.begin(), stale.end()), stale.end());
  return stale;
}

GroupedSet::GroupPtr GroupedSet::Exchange(const std::string& key, GroupPtr now) {
  if (now == nullptr) {
    auto gone = current_.extract(key);
    groups_.Forget(key);
    return gone ? std::move(gone.mapped()) : nullptr;
  }
  return std::exchange(current_[key], std::move(now));
}

void GroupedSet::Note(const Resources& before, const Resources& now, Touched& touched) {
  for (const ResourcePtr& resource : before) touched.try_emplace(resource->name(), nullptr);
  for (const ResourcePtr& resource : now) {
    auto [it, untouched] = touched.try_emplace(resource->name(), nullptr);
    // Another group has it: one that did not change, or one that did.
    if (it->second != nullptr || (untouched && set_->Find(resource->name()) != nullptr)) {
      ambiguous_ = true;
    }
    it->second = resource;
  }
}

void GroupedSet::Assemble(const Keys& keys) {
  Resources resources;
  for (const std::string& key : keys) {
    const auto& group = *current_[key];
    resources.insert(resources.end(), group.begin(), group.end());
  }
  const size_t count = resources.size();
  auto whole = std::make_shared<const ResourceSet>(std::move(resources));
  ambiguous_ = whole->size() != count;
  set_ = AsStep(set_, std::move(whole));
}

std::shared_ptr<const ResourceSet> GroupedSet::Update(
    const mesh::Snapshot& snapshot, absl::FunctionRef<Keys(mesh::View&)> list,
    absl::FunctionRef<Resources(mesh::View&, absl::string_view key)> build) {
  const auto keys = listing_.Get("", snapshot, [&](mesh::View& reading) {
    return std::make_shared<const Keys>(list(reading));
  });
  groups_.Advance(snapshot);
  auto group = [&](const std::string& key) {
    return groups_.Get(key, snapshot, [&](mesh::View& reading) {
      return std::make_shared<const Resources>(build(reading, key));
    });
  };
  if (set_ == nullptr) {
    groups_.TakeDoubtful();  // from now on they are told
    groups_.Reserve(keys->size());
    current_.reserve(keys->size());
    for (const std::string& key : *keys) current_[key] = group(key);
    keys_ = keys;
    Assemble(*keys);
    return set_;
  }
  static const Resources kNone;
  Touched touched;
  for (const std::string& key : Stale(*keys)) {
    GroupPtr now;
    if (std::binary_search(keys->begin(), keys->end(), key)) now = group(key);
    const GroupPtr before = Exchange(key, now);
    if (before == now) continue;
    Note(before == nullptr ? kNone : *before, now == nullptr ? kNone : *now, touched);
  }
  keys_ = keys;
  if (ambiguous_ && !touched.empty()) {
    Assemble(*keys);
    return set_;
  }
  std::vector<ResourceSet::Change> changes;
  for (auto& [name, resource] : touched) {
    if (set_->Find(name) != resource) changes.push_back({name, std::move(resource)});
  }
  if (!changes.empty()) set_ = ResourceSet::With(*set_, std::move(changes));
  return set_;
}

}  // namespace binnacle::translator
