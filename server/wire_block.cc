#include "server/wire_block.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "xxhash.h"

namespace binnacle::server {
namespace {

constexpr size_t kLarge = 16 << 10;  // bytes
constexpr size_t kLongestRun = 512;
constexpr uint64_t kRunsEnd = 127;  // one of so many resources ends a run

uint64_t HashOf(const ResourcePtr& resource) {
  const auto address = reinterpret_cast<uintptr_t>(resource.get());
  return XXH3_64bits(&address, sizeof(address));
}

}  // namespace

absl::string_view EntryOf(Variant variant, const translator::Resource& resource) {
  return variant == Variant::kDelta ? resource.delta_entry() : resource.sotw_entry();
}

size_t RunLength(Variant variant, absl::Span<const ResourcePtr> resources) {
  const size_t longest = std::min(resources.size(), kLongestRun);
  for (size_t i = 0; i < longest; ++i) {
    if (EntryOf(variant, *resources[i]).size() >= kLarge) return std::max<size_t>(i, 1);
    if ((HashOf(resources[i]) & kRunsEnd) == 0) return i + 1;
  }
  return longest;
}

// Every block of which a response is on its way. Never destroyed: blocks may
// outlive main().
class WireBlock::Known {
 public:
  static Known& Instance() {
    static auto* const known = new Known;
    return *known;
  }

  std::shared_ptr<const WireBlock> Find(uint64_t key) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto it = blocks_.find(key);
    return it == blocks_.end() ? nullptr : it->second.lock();
  }

  void Add(const std::shared_ptr<const WireBlock>& block) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    blocks_[block->key_] = block;
  }

  void Drop(uint64_t key) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto it = blocks_.find(key);
    // Another of the same key may have been added since.
    if (it != blocks_.end() && it->second.expired()) blocks_.erase(it);
  }

 private:
  absl::Mutex mu_;
  absl::flat_hash_map<uint64_t, std::weak_ptr<const WireBlock>> blocks_ ABSL_GUARDED_BY(mu_);
};

std::shared_ptr<const WireBlock> WireBlock::Of(Variant variant, absl::Span<const ResourcePtr> run) {
  uint64_t key = static_cast<uint64_t>(variant);
  for (const ResourcePtr& resource : run) {
    const auto address = reinterpret_cast<uintptr_t>(resource.get());
    key = XXH3_64bits_withSeed(&address, sizeof(address), key);
  }
  if (auto known = Known::Instance().Find(key); known != nullptr && known->Is(variant, run)) {
    return known;
  }
  std::shared_ptr<const WireBlock> block(new WireBlock(key, variant, run));
  Known::Instance().Add(block);
  return block;
}

WireBlock::WireBlock(uint64_t key, Variant variant, absl::Span<const ResourcePtr> run)
    : key_(key), variant_(variant), resources_(run.begin(), run.end()) {
  size_t size = 0;
  for (const ResourcePtr& resource : run) size += EntryOf(variant, *resource).size();
  bytes_.reserve(size);
  for (const ResourcePtr& resource : run) {
    const absl::string_view entry = EntryOf(variant, *resource);
    bytes_.append(entry.data(), entry.size());
  }
}

WireBlock::~WireBlock() { Known::Instance().Drop(key_); }

bool WireBlock::Is(Variant variant, absl::Span<const ResourcePtr> run) const {
  return variant == variant_ && absl::MakeConstSpan(resources_) == run;
}

}  // namespace binnacle::server
