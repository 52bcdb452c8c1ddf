#include "translator/resource_set.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "xxhash.h"

namespace binnacle::translator {
namespace {

constexpr size_t kChunk = 128;       // resources; twice as many are split
constexpr size_t kStepsKept = 32;    // sets back that ChangedSince() knows
constexpr size_t kNamesKept = 4096;  // more have changed: comparing all is as cheap

std::atomic<uint64_t> last_serial = 0;

// Summed up over a set, so that the order in which it came about plays no part.
uint64_t FingerprintOf(const Resource& resource) {
  return ResourceSet::HashOf(resource.name(), resource.version());
}

bool ByName(const ResourcePtr& a, const ResourcePtr& b) { return a->name() < b->name(); }
bool Before(const ResourcePtr& resource, absl::string_view name) { return resource->name() < name; }

}  // namespace

ResourceSet::ResourceSet() : serial_(++last_serial) {}

ResourceSet::ResourceSet(std::vector<ResourcePtr> resources) : ResourceSet() {
  if (!std::is_sorted(resources.begin(), resources.end(), ByName)) {
    std::stable_sort(resources.begin(), resources.end(), ByName);
  }
  auto same = [](const auto& a, const auto& b) { return a->name() == b->name(); };
  resources.erase(std::unique(resources.begin(), resources.end(), same), resources.end());
  Append(std::move(resources));
}

void ResourceSet::Append(Chunk chunk) {
  size_ += chunk.size();
  for (const ResourcePtr& resource : chunk) hash_ += FingerprintOf(*resource);
  for (size_t from = 0; from < chunk.size(); from += kChunk) {
    const auto begin = chunk.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end =
        chunk.begin() + static_cast<std::ptrdiff_t>(std::min(from + kChunk, chunk.size()));
    chunks_.push_back(std::make_shared<const Chunk>(std::make_move_iterator(begin),
                                                    std::make_move_iterator(end)));
  }
}

std::shared_ptr<const ResourceSet> ResourceSet::With(const ResourceSet& before,
                                                     std::vector<Change> changes) {
  std::shared_ptr<ResourceSet> set(new ResourceSet());
  set->chunks_ = before.chunks_;
  set->size_ = before.size_;
  set->hash_ = before.hash_;
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.name < b.name; });
  for (const Change& change : changes) set->Apply(change);
  set->Remember(before, changes);
  return set;
}

// The chunk that holds `name`, or would: the last one that does not begin after it.
std::vector<std::shared_ptr<const ResourceSet::Chunk>>::const_iterator ResourceSet::ChunkOf(
    absl::string_view name) const {
  auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), name,
                       [](absl::string_view n, const auto& c) { return n < c->front()->name(); });
  return after == chunks_.begin() ? after : after - 1;
}

void ResourceSet::Apply(const Change& change) {
  const auto place = ChunkOf(change.name);
  if (place == chunks_.end()) {
    if (change.resource != nullptr) Append({change.resource});
    return;
  }
  Chunk chunk = **place;
  auto it = std::lower_bound(chunk.begin(), chunk.end(), change.name, Before);
  const bool known = it != chunk.end() && (*it)->name() == change.name;
  if (known) {
    hash_ -= FingerprintOf(**it);
    --size_;
    it = chunk.erase(it);
  }
  if (change.resource != nullptr) {
    hash_ += FingerprintOf(*change.resource);
    ++size_;
    chunk.insert(it, change.resource);
  }
  auto at = chunks_.begin() + (place - chunks_.cbegin());
  if (chunk.empty()) {
    chunks_.erase(at);
  } else if (chunk.size() < 2 * kChunk) {
    *at = std::make_shared<const Chunk>(std::move(chunk));
  } else {
    const auto middle = chunk.begin() + kChunk;
    *at = std::make_shared<const Chunk>(chunk.begin(), middle);
    chunks_.insert(at + 1, std::make_shared<const Chunk>(middle, chunk.end()));
  }
}

void ResourceSet::Remember(const ResourceSet& before, const std::vector<Change>& changes) {
  if (changes.size() > kNamesKept) return;
  auto step = std::make_shared<Step>();
  step->from = before.serial_;
  for (const Change& change : changes) step->names.push_back(change.name);
  const auto& known = before.history_;
  const size_t kept = std::min(known.size(), kStepsKept - 1);
  history_.assign(known.end() - static_cast<std::ptrdiff_t>(kept), known.end());
  history_.push_back(std::move(step));
}

ResourceSet::Iterator ResourceSet::LowerBound(absl::string_view name) const {
  const auto place = ChunkOf(name);
  if (place == chunks_.end()) return end();
  Iterator it(place);
  const Chunk& chunk = **place;
  const auto found = std::lower_bound(chunk.begin(), chunk.end(), name, Before);
  if (found == chunk.end()) return Iterator(place + 1);
  it.at_ = static_cast<size_t>(found - chunk.begin());
  return it;
}

ResourcePtr ResourceSet::Find(absl::string_view name) const {
  const auto place = ChunkOf(name);
  if (place == chunks_.end()) return nullptr;
  const Chunk& chunk = **place;
  auto it = std::lower_bound(chunk.begin(), chunk.end(), name, Before);
  return it != chunk.end() && (*it)->name() == name ? *it : nullptr;
}

uint64_t ResourceSet::HashOf(absl::string_view name, absl::string_view version) {
  return HashOf(XXH3_64bits(name.data(), name.size()), version);
}

uint64_t ResourceSet::HashOf(uint64_t name_hash, absl::string_view version) {
  return XXH3_64bits_withSeed(version.data(), version.size(), name_hash);
}

std::string ResourceSet::version() const {
  return absl::StrCat(absl::Hex(hash_, absl::kZeroPad16));
}

std::optional<std::vector<absl::string_view>> ResourceSet::ChangedSince(
    const ResourceSet& earlier) const {
  std::vector<absl::string_view> names;
  if (earlier.serial_ == serial_) return names;
  for (auto step = history_.rbegin(); step != history_.rend(); ++step) {
    names.insert(names.end(), (*step)->names.begin(), (*step)->names.end());
    if (names.size() > kNamesKept) return std::nullopt;
    if ((*step)->from != earlier.serial_) continue;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }
  return std::nullopt;
}

}  // namespace binnacle::translator
