#include "translator/on_demand_set.h"

#include <utility>

namespace binnacle::translator {

void OnDemandSet::Add(absl::string_view name) {
  if (names_.insert(std::string(name)).second) added_.insert(std::string(name));
}

OnDemandSet::SetPtr OnDemandSet::Update(const std::vector<std::string>* doubtful,
                                        absl::FunctionRef<ResourcePtr(absl::string_view)> find) {
  Names touched = std::exchange(added_, {});
  if (doubtful == nullptr) {
    touched = names_;
  } else {
    for (const std::string& name : *doubtful) {
      if (names_.contains(name)) touched.insert(name);
    }
  }
  std::vector<ResourceSet::Change> changes;
  for (const std::string& name : touched) {
    ResourcePtr now = find(name);
    if (set_->Find(name) != now) changes.push_back({name, std::move(now)});
  }
  if (!changes.empty()) set_ = ResourceSet::With(*set_, std::move(changes));
  return set_;
}

void OnDemandSet::Clear() {
  names_.clear();
  added_.clear();
  set_ = std::make_shared<const ResourceSet>(std::vector<ResourcePtr>{});
}

}  // namespace binnacle::translator
