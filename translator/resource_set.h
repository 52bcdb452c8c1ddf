// translator/resource_set.h
//
// All resources of one type that a class of proxies is to hold. The next set
// shares with the one before all that did not change, and knows what did, so
// that neither making it nor comparing with it costs more than the change.
//
// Threads  immutable; share as shared_ptr<const ResourceSet>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "translator/resource.h"

namespace binnacle::translator {

class ResourceSet {
  using Chunk = std::vector<ResourcePtr>;

 public:
  // A name, and what it is now: nullptr if it is gone.
  struct Change {
    std::string name;
    ResourcePtr resource;
  };

  // Of resources with the same name the first is kept.
  explicit ResourceSet(std::vector<ResourcePtr> resources);

  // The set `before` after `changes` (of which each name is told once).
  static std::shared_ptr<const ResourceSet> With(const ResourceSet& before,
                                                 std::vector<Change> changes);

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ResourcePtr;
    using difference_type = std::ptrdiff_t;
    using pointer = const ResourcePtr*;
    using reference = const ResourcePtr&;

    Iterator() = default;
    reference operator*() const { return (**chunk_)[at_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++at_ == (*chunk_)->size()) {
        ++chunk_;
        at_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend class ResourceSet;
    using ChunkIterator = std::vector<std::shared_ptr<const Chunk>>::const_iterator;
    explicit Iterator(ChunkIterator chunk) : chunk_(chunk) {}

    ChunkIterator chunk_;
    size_t at_ = 0;
  };

  // Sorted by name.
  Iterator begin() const { return Iterator(chunks_.begin()); }
  Iterator end() const { return Iterator(chunks_.end()); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The first whose name is not less.
  Iterator LowerBound(absl::string_view name) const;
  ResourcePtr Find(absl::string_view name) const;  // nullptr if absent
  // Of all names and versions, whatever the way the set was made: the sum of
  // HashOf() each.
  uint64_t hash() const { return hash_; }
  std::string version() const;  // the hash, in hex

  static uint64_t HashOf(absl::string_view name, absl::string_view version);
  // As above, of a name whose XXH3_64bits is known.
  static uint64_t HashOf(uint64_t name_hash, absl::string_view version);

  // The names (sorted, each once) that may differ between `earlier` and this
  // set, if this set was made from it in few and small steps. nullopt: not
  // known, compare all. The names live as long as this set.
  std::optional<std::vector<absl::string_view>> ChangedSince(const ResourceSet& earlier) const;

 private:
  // Names that one With() changed, in the set with that serial number.
  struct Step {
    uint64_t from;
    std::vector<std::string> names;
  };

  ResourceSet();
  std::vector<std::shared_ptr<const Chunk>>::const_iterator ChunkOf(absl::string_view name) const;
  void Append(Chunk chunk);
  void Apply(const Change& change);
  void Remember(const ResourceSet& before, const std::vector<Change>& changes);

  const uint64_t serial_;                             // of this set, in this process
  std::vector<std::shared_ptr<const Chunk>> chunks_;  // none is empty
  size_t size_ = 0;
  uint64_t hash_ = 0;
  std::vector<std::shared_ptr<const Step>> history_;  // newest last
};

}  // namespace binnacle::translator
