#include "server/holdings.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "xxhash.h"

namespace binnacle::server {
namespace {

// From this many names on, one walk along all of the type's resources is
// cheaper than a lookup for each.
constexpr size_t kManyNames = 32;

bool Same(const ResourcePtr& a, const ResourcePtr& b) {
  return a == b || (a != nullptr && b != nullptr && a->version() == b->version());
}

void SortUnique(std::vector<std::string>& names) {
  absl::c_sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

Holdings::Entry Holdings::NewEntry(absl::string_view name) {
  Entry entry;
  entry.unheld = std::make_unique<Unheld>(Unheld{std::string(name), ""});
  return entry;
}

void Holdings::Release(Entry& entry) {
  if (entry.sent == nullptr) return;
  entry.unheld = std::make_unique<Unheld>(Unheld{entry.sent->name(), ""});
  entry.sent = nullptr;
}

void Holdings::Hold(Entry& entry, ResourcePtr resource) {
  entry.sent = std::move(resource);
  entry.unheld = nullptr;
  entry.due = false;
  entry.foreign = false;
}

Holdings::Entry* Holdings::Find(absl::string_view name) {
  auto it = std::lower_bound(entries_.begin(), entries_.end(), name,
                             [](const Entry& e, absl::string_view n) { return e.name() < n; });
  return it != entries_.end() && it->name() == name ? &*it : nullptr;
}

const Holdings::Entry* Holdings::Find(absl::string_view name) const {
  return const_cast<Holdings*>(this)->Find(name);
}

void Holdings::Merge(std::vector<Entry> added) {
  if (added.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(entries_.size());
  absl::c_move(added, std::back_inserter(entries_));
  std::inplace_merge(entries_.begin(), entries_.begin() + middle, entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.name() < b.name(); });
}

void Holdings::EraseDropped() {
  std::erase_if(entries_, [](const Entry& e) { return e.dropped; });
}

void Holdings::Ensure(const std::vector<std::string>& names) {
  std::vector<Entry> added;
  for (const std::string& name : names) {
    if (Find(name) == nullptr) added.push_back(NewEntry(name));
  }
  Merge(std::move(added));
}

void Holdings::Want(std::vector<std::string> names) {
  SortUnique(names);
  Ensure(names);
  for (const std::string& name : names) {
    Entry& entry = *Find(name);
    if (!entry.wanted) ++wanted_;
    entry.wanted = true;
    entry.due = true;
  }
  touched_ = true;
}

void Holdings::Unwant(const std::vector<std::string>& names, bool ask_again) {
  for (const std::string& name : names) {
    Entry* entry = Find(name);
    if (entry == nullptr || !entry->wanted) continue;
    entry->wanted = false;
    --wanted_;
    if (ask_again) {
      entry->due = true;
    } else {
      entry->dropped = true;
    }
  }
  EraseDropped();
  touched_ = true;
}

bool Holdings::WantExactly(std::vector<std::string> names) {
  SortUnique(names);
  bool changed = false;
  for (Entry& entry : entries_) {
    if (!entry.wanted || absl::c_binary_search(names, entry.name())) continue;
    entry.wanted = false;
    entry.dropped = true;
    --wanted_;
    changed = true;
  }
  EraseDropped();
  Ensure(names);
  for (const std::string& name : names) {
    Entry& entry = *Find(name);
    if (entry.wanted) continue;
    entry.wanted = true;
    entry.due = true;
    ++wanted_;
    changed = true;
  }
  if (changed) touched_ = true;
  return changed;
}

void Holdings::Believe(const std::map<std::string, std::string>& versions, bool wildcard) {
  if (wildcard) {
    std::vector<std::string> names;
    names.reserve(versions.size());
    for (const auto& [name, version] : versions) names.push_back(name);
    Ensure(names);
  }
  for (const auto& [name, version] : versions) {
    Entry* entry = Find(name);
    if (entry == nullptr || entry->unheld == nullptr || version.empty()) continue;
    entry->unheld->told_version = version;
  }
  touched_ = true;
}

void Holdings::BelieveAll(const translator::ResourceSet& all) {
  std::vector<Entry> added;
  for (const ResourcePtr& resource : all) {
    Entry* entry = Find(resource->name());
    if (entry == nullptr) {
      added.emplace_back();
      entry = &added.back();
    }
    Hold(*entry, resource);
  }
  Merge(std::move(added));
  touched_ = true;
}

void Holdings::DropUnwanted() {
  std::erase_if(entries_, [](const Entry& e) { return !e.wanted; });
  touched_ = true;
}

void Holdings::Repeat(const std::set<std::string>& names) {
  for (const std::string& name : names) {
    Entry* entry = Find(name);
    if (entry == nullptr || entry->sent == nullptr) continue;
    entry->due = true;
    touched_ = true;
  }
}

bool Holdings::Wants(absl::string_view name) const {
  const Entry* entry = Find(name);
  return entry != nullptr && entry->wanted;
}

ResourcePtr Holdings::HeldAs(absl::string_view name) const {
  const Entry* entry = Find(name);
  return entry == nullptr ? nullptr : entry->sent;
}

std::vector<ResourcePtr> Holdings::held() const {
  std::vector<ResourcePtr> held;
  held.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (entry.sent != nullptr) held.push_back(entry.sent);
  }
  return held;
}

std::string Holdings::Version() const {
  // A sum of hashes would do as well; names are in order, so this is stable.
  uint64_t hash = 0;
  for (const Entry& entry : entries_) {
    if (entry.sent == nullptr) continue;
    hash = XXH3_64bits_withSeed(entry.sent->name().data(), entry.sent->name().size(), hash);
    hash = XXH3_64bits_withSeed(entry.sent->version().data(), entry.sent->version().size(), hash);
  }
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

// Walks the entries along the offered resources, both sorted by name.
class Holdings::Comparison {
 public:
  Comparison(Holdings& holdings, Offer& offer, bool wildcard, Permit permit)
      : holdings_(holdings), offer_(offer), wildcard_(wildcard), permit_(permit) {}

  Difference Run(const translator::ResourceSet* all) {
    static const translator::ResourceSet kNone(std::vector<ResourcePtr>{});
    const auto& offered = all == nullptr ? kNone : *all;
    auto next = offered.begin();
    for (Entry& entry : holdings_.entries_) {
      for (; next != offered.end() && (*next)->name() < entry.name(); ++next) Meet(*next);
      ResourcePtr resource;
      if (next != offered.end() && (*next)->name() == entry.name()) {
        if (wildcard_ || entry.wanted) resource = *next;
        ++next;
      } else if (entry.wanted) {
        resource = offer_.Find(holdings_.type_, entry.name());
        elsewhere_ = true;
      }
      Compare(entry, std::move(resource));
    }
    for (; next != offered.end(); ++next) Meet(*next);
    holdings_.EraseDropped();
    holdings_.Merge(std::move(added_));
    return std::move(difference_);
  }

  // Some entry was not among the offered resources.
  bool elsewhere() const { return elsewhere_; }

 private:
  // A resource for which there is no entry.
  void Meet(const ResourcePtr& resource) {
    if (!wildcard_) return;
    if (!permit_.updates) {
      holdings_.updates_wait_ = true;
      return;
    }
    added_.emplace_back();
    Hold(added_.back(), resource);
    difference_.sent.push_back(resource);
  }

  void Compare(Entry& entry, ResourcePtr resource) {
    if (entry.unheld != nullptr && !entry.unheld->told_version.empty()) {
      if (Believed(entry, resource)) return;
    }
    if (resource != nullptr) {
      Present(entry, std::move(resource));
    } else {
      Absent(entry);
    }
  }

  bool Believed(Entry& entry, const ResourcePtr& resource) {
    if (resource != nullptr && resource->version() == entry.unheld->told_version) {
      Hold(entry, resource);
      return true;
    }
    entry.unheld->told_version.clear();
    entry.foreign = true;
    return false;
  }

  void Present(Entry& entry, ResourcePtr resource) {
    const bool same = Same(entry.sent, resource);
    if (same && !entry.due) {
      entry.sent = std::move(resource);  // lets go of the older copy
      return;
    }
    if (!same && !entry.due && !permit_.updates) {
      holdings_.updates_wait_ = true;
      return;
    }
    difference_.sent.push_back(resource);
    Hold(entry, std::move(resource));
  }

  void Absent(Entry& entry) {
    const bool holds = entry.sent != nullptr || entry.foreign;
    if (!holds && !entry.due) {
      entry.dropped = !entry.wanted;
      return;
    }
    if (!entry.due && !permit_.removals) {
      holdings_.removals_wait_ = true;
      return;
    }
    if (!holds) ++difference_.unknown;
    difference_.removed.emplace_back(entry.name());
    Release(entry);
    entry.due = false;
    entry.foreign = false;
    entry.dropped = !entry.wanted;
  }

  Holdings& holdings_;
  Offer& offer_;
  const bool wildcard_;
  const Permit permit_;
  std::vector<Entry> added_;
  Difference difference_;
  bool elsewhere_ = false;
};

bool Holdings::UpToDate(const translator::ResourceSet* all) const {
  return all != nullptr && all == compared_.get() && !touched_ && !updates_wait_ && !removals_wait_;
}

Difference Holdings::Take(Offer& offer, bool wildcard, Permit permit) {
  std::shared_ptr<const translator::ResourceSet> all;
  if (wildcard || entries_.size() >= kManyNames) all = offer.All(type_);
  if (UpToDate(all.get())) return {};
  updates_wait_ = removals_wait_ = touched_ = false;
  Comparison comparison(*this, offer, wildcard, permit);
  Difference difference = comparison.Run(all.get());
  compared_ = comparison.elsewhere() ? nullptr : std::move(all);
  return difference;
}

}  // namespace binnacle::server
