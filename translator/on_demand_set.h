// translator/on_demand_set.h
//
// The set of those resources of one type that a class of proxies has asked for
// by name, when only they know which names there are. Going on costs what
// changed, and comparing with it no more.
//
// Threads  guarded by its owner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::translator {

class OnDemandSet {
 public:
  using SetPtr = std::shared_ptr<const ResourceSet>;

  OnDemandSet() { Clear(); }

  // It has that name from the next Update() on.
  void Add(absl::string_view name);

  // `doubtful`: names whose resources may have changed; nullptr: any may have.
  // `find` gives a resource by name, nullptr if there is none.
  SetPtr Update(const std::vector<std::string>* doubtful,
                absl::FunctionRef<ResourcePtr(absl::string_view)> find);

  // Forgets all names. Who still asks for one adds it again.
  void Clear();

 private:
  using Names = absl::flat_hash_set<std::string>;

  Names names_;
  Names added_;  // of names_, since the last Update()
  SetPtr set_;
};

}  // namespace binnacle::translator
