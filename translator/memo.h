// translator/memo.h
//
// Remembers what was built, from which inputs, and builds again only when one
// of them has changed. Nobody writes rules of invalidation: a builder reads
// through a View, and what it read is what its result depends on.
//
// A step from one snapshot to the next costs what changed: each fact knows who
// has read it.
//
// Threads  a Memo is guarded by its owner.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
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

  // The value for `key` in the snapshot: the one remembered, or what
  // `build(View&)` (returning shared_ptr<const Value>, possibly null) makes
  // now.
  template <typename Build>
  std::shared_ptr<const Value> Get(absl::string_view key, const mesh::Snapshot& snapshot,
                                   Build build) {
    return Current(key, snapshot, build).value;
  }
  // The same for a part of something else: `view` then has read what the part
  // was made from.
  template <typename Build>
  std::shared_ptr<const Value> Get(absl::string_view key, mesh::View& view, Build build) {
    const Unit& unit = Current(key, view.snapshot(), build);
    view.Add(unit.inputs);
    return unit.value;
  }

  // Goes on to `snapshot`: what has read a fact that changed since the last one
  // is no longer taken to be right. Without a known way from there to here,
  // nothing is, until its inputs have been compared.
  void Advance(const mesh::Snapshot& snapshot) {
    if (snapshot.revision() == revision_) return;
    if (!units_.empty()) DoubtReaders(snapshot);
    revision_ = snapshot.revision();
  }

  // Keys that may have another value than when this was last called; nullopt:
  // any may. Noted only from the first call on.
  std::optional<std::vector<std::string>> TakeDoubtful() {
    std::vector<std::string> doubtful = std::exchange(doubtful_, {});
    if (std::exchange(doubts_since_, epoch_) != epoch_) return std::nullopt;
    return doubtful;
  }

  void Forget(absl::string_view key) {
    auto it = units_.find(key);
    if (it == units_.end()) return;
    Unit& unit = slots_[it->second];
    IndexNew();
    readings_needed_ -= unit.inputs.facts.size();
    free_.push_back(it->second);
    units_.erase(it);
    unit = {};
    latest_ = kNoSlot;
  }

  // Forgets what has not been asked for since `revision`, except what `keep`
  // says yes to.
  template <typename Keep>
  void DropUnusedSince(uint64_t revision, Keep keep) {
    std::vector<std::string> unused;
    for (const auto& [key, slot] : units_) {
      if (slots_[slot].used < revision && !keep(key)) unused.emplace_back(key);
    }
    for (const std::string& key : unused) Forget(key);
  }
  void DropUnusedSince(uint64_t revision) {
    DropUnusedSince(revision, [](absl::string_view) { return false; });
  }

  size_t size() const { return units_.size(); }
  // Makes room for so many keys in all.
  void Reserve(size_t keys) { units_.reserve(keys); }

 private:
  struct Unit {
    std::string key;
    std::shared_ptr<const Value> value;
    mesh::Inputs inputs;
    uint64_t epoch = 0;  // in which it was last known right; 0: never built
    uint64_t used = 0;   // revision
    bool doubtful = false;
  };

  template <typename Build>
  const Unit& Current(absl::string_view key, const mesh::Snapshot& snapshot, Build& build) {
    Advance(snapshot);
    const uint32_t slot = SlotFor(key);
    Unit& unit = slots_[slot];  // stays where it is if `build` uses this memo
    unit.used = snapshot.revision();
    if (StillRight(unit, snapshot)) {
      ++counts_.hits;
      return unit;
    }
    mesh::View reading(snapshot);
    unit.value = build(reading);
    Record(slot, reading.TakeInputs());
    ++counts_.builds;
    return unit;
  }

  // Some memos have one key, and are asked for it for each part of something.
  uint32_t SlotFor(absl::string_view key) {
    if (latest_ != kNoSlot && slots_[latest_].key == key) return latest_;
    const auto it = units_.lazy_emplace(key, [&](const auto& construct) {
      const uint32_t slot = NewSlot();
      slots_[slot].key = std::string(key);
      construct(slots_[slot].key, slot);
    });
    return latest_ = it->second;
  }

  uint32_t NewSlot() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<uint32_t>(slots_.size() - 1);
    }
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  bool StillRight(Unit& unit, const mesh::Snapshot& snapshot) {
    if (unit.epoch == 0) return false;
    if (unit.epoch == epoch_ && !unit.doubtful) return true;
    if (!unit.inputs.UnchangedIn(snapshot)) return false;
    unit.epoch = epoch_;
    unit.doubtful = false;
    return true;
  }

  // Readers of facts that are read no longer stay: they are looked at once too
  // often, and leave when they make up half of all.
  void Record(uint32_t slot, mesh::Inputs inputs) {
    Unit& unit = slots_[slot];
    if (unit.epoch == 0) {
      new_.push_back(slot);
    } else {
      IndexNew();
      NoteReader(slot, unit.inputs, inputs);
      readings_needed_ += inputs.facts.size();
      readings_needed_ -= unit.inputs.facts.size();
    }
    unit.inputs = std::move(inputs);
    unit.epoch = epoch_;
    unit.doubtful = false;
    if (readings_ > 2 * readings_needed_ + kReadingsAtLeast) FindReaders();
  }

  // What a unit reads that has just been built for the first time matters only
  // once something changes.
  void IndexNew() {
    for (uint32_t slot : new_) {
      NoteReader(slot, {}, slots_[slot].inputs);
      readings_needed_ += slots_[slot].inputs.facts.size();
    }
    new_.clear();
  }

  void NoteReader(uint32_t slot, const mesh::Inputs& before, const mesh::Inputs& now) {
    auto known = before.facts.begin();
    for (const auto& [fact, revision] : now.facts) {
      while (known != before.facts.end() && known->first < fact) ++known;
      if (known != before.facts.end() && known->first == fact) continue;
      readers_[fact].push_back(slot);
      ++readings_;
    }
  }

  void FindReaders() {
    readers_.clear();
    new_.clear();
    readings_ = 0;
    for (const auto& [key, slot] : units_) {
      for (const auto& [fact, revision] : slots_[slot].inputs.facts) {
        readers_[fact].push_back(slot);
        ++readings_;
      }
    }
    readings_needed_ = readings_;
  }

  void DoubtReaders(const mesh::Snapshot& snapshot) {
    if (const auto changed = snapshot.ChangedSince(revision_); changed.has_value()) {
      IndexNew();
      for (mesh::FactId fact : *changed) MarkReaders(fact);
    } else {
      ++epoch_;
      doubtful_.clear();
    }
  }

  void MarkReaders(mesh::FactId fact) {
    auto it = readers_.find(fact);
    if (it == readers_.end()) return;
    for (uint32_t slot : it->second) {
      Unit& unit = slots_[slot];
      if (unit.epoch == 0 || std::exchange(unit.doubtful, true)) continue;
      if (doubts_since_ != 0) doubtful_.push_back(unit.key);
    }
  }

  static constexpr size_t kReadingsAtLeast = 1024;
  static constexpr uint32_t kNoSlot = ~0U;

  MemoCounts& counts_;
  uint64_t revision_ = 0;  // of the snapshot reached
  uint64_t epoch_ = 1;     // grows with each step whose changes are not known
  uint64_t doubts_since_ = 0;
  std::deque<Unit> slots_;
  std::vector<uint32_t> free_;
  absl::flat_hash_map<absl::string_view, uint32_t> units_;  // keys point into slots_
  uint32_t latest_ = kNoSlot;                               // that was asked for
  absl::flat_hash_map<mesh::FactId, absl::InlinedVector<uint32_t, 4>> readers_;
  size_t readings_ = 0;         // in readers_
  size_t readings_needed_ = 0;  // by the inputs of today
  std::vector<uint32_t> new_;   // not in readers_ yet
  std::vector<std::string> doubtful_;
};

}  // namespace binnacle::translator
