// mesh/view.h
//
// A View reads one Snapshot on behalf of one resource and remembers what was
// read, at which revision: the resource's inputs. A resource made from inputs
// that have not changed is still right.
//
// Threads  a View belongs to one thread; the Snapshot must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
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
    return Snapshot::Value<K>(Read(IdOf(K, name)));
  }

  const MeshSettings& settings() {
    if (settings_ == nullptr) settings_ = Find<FactKind::kSettings>("");
    return *settings_;
  }

  // Takes over what another view of the same snapshot has read: used when a
  // resource is assembled from parts that were made earlier.
  void Add(const Inputs& inputs);

  Inputs TakeInputs();

  const Snapshot& snapshot() const { return snapshot_; }

 private:
  const Snapshot::Fact* Read(FactId id);
  void PutInOrder();

  const Snapshot& snapshot_;
  const MeshSettings* settings_ = nullptr;
  // Most resources read a dozen facts, some of them again and again. What is
  // seen at once to be known is not noted again; the rest is found in the end,
  // or when it has become too much.
  absl::InlinedVector<std::pair<FactId, uint64_t>, 24> read_;
  size_t put_in_order_at_ = 4096;
};

}  // namespace binnacle::mesh
