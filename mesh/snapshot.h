// mesh/snapshot.h
//
// A Snapshot is the whole mesh at one instant: a map of facts. Snapshots share
// structure, so making one costs what changed, not what there is. The
// translator reads a Snapshot through a View (mesh/view.h) and nothing else.
//
// Threads  immutable once built; share as shared_ptr<const Snapshot>.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "mesh/fact.h"
#include "mesh/persistent_map.h"

namespace binnacle::mesh {

class Snapshot {
 public:
  struct Fact {
    uint64_t revision = 0;
    std::shared_ptr<const void> value;
  };

  uint64_t revision() const { return revision_; }  // counts commits, from 1
  // When the earliest change in this snapshot was noticed.
  absl::Time seen() const { return seen_; }
  // The facts that changed after `revision` (one may stand there twice).
  // nullopt if that is too long ago to be known, or not this mesh's past.
  std::optional<std::vector<FactId>> ChangedSince(uint64_t revision) const;

  // nullptr if there is no such fact.
  const Fact* FindFact(FactId id) const { return facts_.Find(id); }
  // 0 if there is no such fact.
  uint64_t RevisionOf(FactId id) const;

  // What a fact of kind K says; nullptr if there is none.
  template <FactKind K>
  static const typename FactValue<K>::type* Value(const Fact* fact) {
    return fact == nullptr ? nullptr
                           : static_cast<const typename FactValue<K>::type*>(fact->value.get());
  }

  // nullptr if there is no such fact. Lives as long as this Snapshot. Reads
  // are not recorded: translation uses a View.
  template <FactKind K>
  const typename FactValue<K>::type* Find(absl::string_view name) const {
    return Value<K>(FindFact(IdOf(K, name)));
  }

 private:
  friend class FactWriter;

  uint64_t revision_ = 0;
  absl::Time seen_;
  // What each of the last commits changed, the newest last.
  std::vector<std::shared_ptr<const std::vector<FactId>>> history_;
  PersistentMap<Fact> facts_;
};

}  // namespace binnacle::mesh
