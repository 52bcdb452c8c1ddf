// server/name_list.h
//
// A list of resource names that never changes. Proxies of one class ask for the
// same names, so equal lists are one: thousands of proxies that name thousands
// of resources each share their text.
//
// Equal means that 128 bits of a hash agree, keyed at random in each process,
// so that nobody can make up a list that passes for another's.
//
// Threads  immutable; Of() may be called from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::server {

class NameList {
 public:
  // In any order; a name counts once.
  static std::shared_ptr<const NameList> Of(absl::Span<const absl::string_view> names);

  NameList(const NameList&) = delete;
  NameList& operator=(const NameList&) = delete;
  ~NameList();

  // Sorted.
  absl::string_view operator[](size_t i) const {
    return absl::string_view(text_).substr(ends_[i], ends_[i + 1] - ends_[i]);
  }
  size_t size() const { return ends_.size() - 1; }
  // How many names are less.
  size_t LowerBound(absl::string_view name) const;
  bool Contains(absl::string_view name) const;

  // The sum of NameHash() of each: for comparing with names that come in
  // another order. Not keyed: whoever chose the names can have chosen the sum.
  uint64_t hash() const { return hash_; }
  static uint64_t NameHash(absl::string_view name);

 private:
  struct Key {
    size_t size = 0;
    uint64_t low = 0;
    uint64_t high = 0;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.size, key.low, key.high);
    }
  };
  class Known;

  NameList(const Key& key, absl::Span<const absl::string_view> sorted);
  static Key KeyOf(absl::Span<const absl::string_view> names);

  const Key key_;
  std::string text_;  // all names, one behind the other
  std::vector<uint32_t> ends_;
  uint64_t hash_ = 0;
};

}  // namespace binnacle::server
