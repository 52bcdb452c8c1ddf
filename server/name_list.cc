#include "server/name_list.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "xxhash.h"

namespace binnacle::server {

// Every list that somebody holds. Never destroyed: lists may outlive main().
class NameList::Known {
 public:
  static Known& Instance() {
    static auto* const known = new Known;
    return *known;
  }

  std::shared_ptr<const NameList> Find(const Key& key) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto it = lists_.find(key);
    return it == lists_.end() ? nullptr : it->second.lock();
  }

  // `list`, or the equal one that another thread was quicker to add.
  std::shared_ptr<const NameList> Add(std::shared_ptr<const NameList> list)
      ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    std::weak_ptr<const NameList>& known = lists_[list->key_];
    if (auto other = known.lock(); other != nullptr) return other;
    known = list;
    return list;
  }

  void Drop(const Key& key) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto it = lists_.find(key);
    // An equal list may have been added since.
    if (it != lists_.end() && it->second.expired()) lists_.erase(it);
  }

 private:
  absl::Mutex mu_;
  absl::flat_hash_map<Key, std::weak_ptr<const NameList>> lists_ ABSL_GUARDED_BY(mu_);
};

NameList::Key NameList::KeyOf(absl::Span<const absl::string_view> names) {
  static const uint64_t kSeed = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  Key key;
  key.size = names.size();
  for (const absl::string_view name : names) {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(name.data(), name.size(), kSeed);
    key.low += hash.low64;
    key.high += hash.high64;
  }
  return key;
}

std::shared_ptr<const NameList> NameList::Of(absl::Span<const absl::string_view> names) {
  if (auto known = Known::Instance().Find(KeyOf(names)); known != nullptr) return known;
  std::vector<absl::string_view> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const Key key = KeyOf(sorted);
  if (auto known = Known::Instance().Find(key); known != nullptr) return known;
  return Known::Instance().Add(std::shared_ptr<const NameList>(new NameList(key, sorted)));
}

NameList::NameList(const Key& key, absl::Span<const absl::string_view> sorted) : key_(key) {
  size_t size = 0;
  for (const absl::string_view name : sorted) size += name.size();
  text_.reserve(size);
  ends_.reserve(sorted.size() + 1);
  ends_.push_back(0);
  for (const absl::string_view name : sorted) {
    text_.append(name.data(), name.size());
    ends_.push_back(static_cast<uint32_t>(text_.size()));
    hash_ += NameHash(name);
  }
}

NameList::~NameList() { Known::Instance().Drop(key_); }

uint64_t NameList::NameHash(absl::string_view name) {
  return XXH3_64bits(name.data(), name.size());
}

size_t NameList::LowerBound(absl::string_view name) const {
  size_t low = 0;
  size_t high = size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if ((*this)[middle] < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool NameList::Contains(absl::string_view name) const {
  const size_t at = LowerBound(name);
  return at < size() && (*this)[at] == name;
}

}  // namespace binnacle::server
