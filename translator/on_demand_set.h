// translator/on_demand_set.h
//
// The set of those resources of one type that a class of proxies has asked for
// by name, when only they know which names there are. Going on costs what
// changed, and comparing with it no more.
//
// Nobody says which names are no longer asked for. So when there are many, all go
// (StartOver()): who still asks for one adds it again when the mesh next changes,
// and what has not come back by the next time is forgotten. There are a few times
// as many as are asked for, or some ten thousand, as long as the mesh changes now
// and then; in one that never does, ever new names are kept to 65,536.
//
// Threads  guarded by its owner.
#pragma once

#include <cstddef>
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

  // There are so many names that it ought to StartOver(), before an Update().
  bool full() const { return names_.size() >= full_at_; }
  // So many that it ought to without one: then nobody has come back, for nobody
  // has had a reason to ask again.
  bool overfull() const { return names_.size() >= kMostAtRest && full(); }
  // Returns those that nobody has added since the last time.
  std::vector<std::string> StartOver();

  // Forgets all names. Who still asks for one adds it again.
  void Clear();

 private:
  using Names = absl::flat_hash_set<std::string>;
  static constexpr size_t kMany = 8192;
  static constexpr size_t kMostAtRest = 8 * kMany;

  Names names_;
  Names former_;  // before the last StartOver(), and not added since
  size_t came_back_ = 0;
  size_t full_at_ = kMany;
  Names added_;  // of names_, since the last Update()
  SetPtr set_;
};

}  // namespace binnacle::translator
