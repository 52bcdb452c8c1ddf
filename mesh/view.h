// mesh/view.h
//
// A View reads one Snapshot on behalf of one resource and remembers what was
// read, at which revision: the resource's inputs. A resource made from inputs
// that have not changed is still right.
//
// Threads  a View belongs to one thread; the Snapshot must outlive it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "mesh/snapshot.h"

namespace binnacle::mesh {

// Facts read and the revision each had; sorted by id, no duplicates.
struct Inputs {
  std::vector<std::pair<FactId, uint64_t>> facts;

  // True when every fact has the same revision in `snapshot`.
  bool UnchangedIn(const Snapshot& snapshot) const;
};

class View {
 public:
  explicit View(const Snapshot& snapshot) : snapshot_(snapshot) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // nullptr if there is no such fact; either way the reading is recorded.
  template <FactKind K>
  const typename FactValue<K>::type* Find(absl::string_view name) {
    const FactId id = IdOf(K, name);
    const Snapshot::Fact* fact = snapshot_.FindFact(id);
    read_.try_emplace(id, fact == nullptr ? 0 : fact->revision);
    return Snapshot::Value<K>(fact);
  }

  const MeshSettings& settings() { return *Find<FactKind::kSettings>(""); }

  // Takes over what another view of the same snapshot has read: used when a
  // resource is assembled from parts that were made earlier.
  void Add(const Inputs& inputs);

  Inputs TakeInputs();

  const Snapshot& snapshot() const { return snapshot_; }

 private:
  const Snapshot& snapshot_;
  absl::flat_hash_map<FactId, uint64_t> read_;
};

}  // namespace binnacle::mesh
