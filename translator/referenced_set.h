// translator/referenced_set.h
//
// The set of those resources of one type that clusters and listeners refer to
// by name. It counts who refers to each, so going on costs what changed.
//
// Threads  guarded by its owner.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::translator {

class ReferencedSet {
 public:
  using SetPtr = std::shared_ptr<const ResourceSet>;

  explicit ReferencedSet(ResourceType type) : type_(type) {}

  // The set when `clusters` and `listeners` are in effect. `doubtful`: names
  // whose resources may have changed; nullptr: any may have. `find` gives a
  // resource by name, nullptr if there is none.
  SetPtr Update(const SetPtr& clusters, const SetPtr& listeners,
                const std::vector<std::string>* doubtful,
                absl::FunctionRef<ResourcePtr(absl::string_view)> find);

  bool Refers(absl::string_view name) const { return counts_.contains(name); }

 private:
  using Names = absl::flat_hash_set<std::string>;

  void Count(const Resource& holder, int by, Names& touched);
  void Follow(const SetPtr& now, SetPtr& before, Names& touched);

  const ResourceType type_;
  SetPtr clusters_;
  SetPtr listeners_;
  absl::flat_hash_map<std::string, int> counts_;
  SetPtr set_;
};

}  // namespace binnacle::translator
