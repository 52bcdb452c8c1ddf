// ca/recent_map.h
//
// A map that keeps what was used lately and never grows beyond twice its
// capacity: two generations, of which the older is dropped whole when the
// younger is full. Whatever is used moves to the younger one, so an entry is
// forgotten only after `capacity` others came in between.
//
// Threads  none of its own; guard it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace binnacle::ca {

template <typename Value>
class RecentMap {
 public:
  explicit RecentMap(size_t capacity) : capacity_(capacity) {}

  // nullptr if it is not known (any more). Valid until the next call.
  Value* Find(absl::string_view key) {
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    Value value = std::move(found->second);
    old_.erase(found);
    return &Put(key, std::move(value));
  }

  Value& Put(absl::string_view key, Value value) {
    if (young_.size() >= capacity_ && !young_.contains(key)) {
      old_ = std::move(young_);
      young_.clear();
    }
    return young_.insert_or_assign(std::string(key), std::move(value)).first->second;
  }

  size_t size() const { return young_.size() + old_.size(); }

 private:
  using Generation = absl::flat_hash_map<std::string, Value>;

  const size_t capacity_;
  Generation young_;
  Generation old_;
};

}  // namespace binnacle::ca
