// translator/grouped_set.h
//
// The set of all resources of one type, put together from groups: a group (the
// clusters of one host, the listeners of one port) is made, remembered and made
// again as one. Going on to the next snapshot costs what its changes touch.
//
// Threads  guarded by its owner.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "mesh/snapshot.h"
#include "mesh/view.h"
#include "translator/memo.h"
#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::translator {

class GroupedSet {
 public:
  using Keys = std::vector<std::string>;
  using Resources = std::vector<ResourcePtr>;

  explicit GroupedSet(MemoCounts* counts) : listing_(counts), groups_(counts) {}

  // The set in `snapshot`. `list` gives the keys of all groups, sorted; `build`
  // the resources of one. Of resources with the same name that of the first
  // group counts.
  std::shared_ptr<const ResourceSet> Update(
      const mesh::Snapshot& snapshot, absl::FunctionRef<Keys(mesh::View&)> list,
      absl::FunctionRef<Resources(mesh::View&, absl::string_view key)> build);

 private:
  using GroupPtr = std::shared_ptr<const Resources>;
  using Touched = absl::btree_map<std::string, ResourcePtr>;

  // The keys to look at again.
  Keys Stale(const Keys& keys);
  GroupPtr Exchange(const std::string& key, GroupPtr now);
  void Note(const Resources& before, const Resources& now, Touched& touched);
  void Assemble(const Keys& keys);

  Memo<Keys> listing_;
  Memo<Resources> groups_;
  std::shared_ptr<const Keys> keys_;
  absl::flat_hash_map<std::string, GroupPtr> current_;
  // Some name is in two groups: the set is put together anew at each change.
  bool ambiguous_ = false;
  std::shared_ptr<const ResourceSet> set_;
};

// The set `after` as a step from `before`, which it is compared with.
std::shared_ptr<const ResourceSet> AsStep(const std::shared_ptr<const ResourceSet>& before,
                                          std::shared_ptr<const ResourceSet> after);

}  // namespace binnacle::translator
