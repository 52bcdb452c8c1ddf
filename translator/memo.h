// translator/memo.h
//
// Remembers what was built, from which inputs, and builds again only when one
// of them has changed. Nobody writes rules of invalidation: a builder reads
// through a View, and what it read is what its result depends on.
//
// Threads  a Memo is guarded by its owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "mesh/view.h"

namespace binnacle::translator {

struct MemoCounts {
  uint64_t hits = 0;
  uint64_t builds = 0;
};

template <typename Value>
class Memo {
 public:
  explicit Memo(MemoCounts* counts) : counts_(*counts) {}

  // The value for `key` in the view's snapshot: the one remembered, or what
  // `build(View&)` (returning shared_ptr<const Value>, possibly null) makes
  // now. Either way `view` has read what the value was made from.
  template <typename Build>
  std::shared_ptr<const Value> Get(absl::string_view key, mesh::View& view, Build build) {
    const mesh::Snapshot& snapshot = view.snapshot();
    Entry& entry = entries_[key];
    entry.used = snapshot.revision();
    if (entry.revision == 0 || !StillRight(entry, snapshot)) {
      mesh::View reading(snapshot);
      // `build` may use this memo, so `entry` may move.
      std::shared_ptr<const Value> value = build(reading);
      Entry& built = entries_[key];
      built = {std::move(value), reading.TakeInputs(), snapshot.revision(), snapshot.revision()};
      ++counts_.builds;
      view.Add(built.inputs);
      return built.value;
    }
    ++counts_.hits;
    view.Add(entry.inputs);
    return entry.value;
  }

  // Forgets what has not been asked for since `revision`.
  void DropUnusedSince(uint64_t revision) {
    absl::erase_if(entries_, [&](const auto& entry) { return entry.second.used < revision; });
  }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    mesh::Inputs inputs;
    uint64_t revision = 0;  // of the snapshot in which the value was last known right
    uint64_t used = 0;
  };

  static bool StillRight(Entry& entry, const mesh::Snapshot& snapshot) {
    if (entry.revision == snapshot.revision()) return true;
    if (!entry.inputs.UnchangedIn(snapshot)) return false;
    entry.revision = snapshot.revision();
    return true;
  }

  MemoCounts& counts_;
  absl::flat_hash_map<std::string, Entry> entries_;
};

}  // namespace binnacle::translator
