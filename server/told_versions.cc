#include "server/told_versions.h"

#include <algorithm>
#include <utility>

#include "server/name_list.h"
#include "translator/resource_set.h"

namespace binnacle::server {

ToldVersions::ToldVersions(std::shared_ptr<const std::string> text, std::vector<Entry> entries)
    : text_(std::move(text)), entries_(std::move(entries)) {
  std::erase_if(entries_, [](const Entry& entry) { return entry.version.empty(); });
  Sum();
}

void ToldVersions::Sum() {
  hash_ = name_hash_ = 0;
  for (const Entry& entry : entries_) {
    const uint64_t name = NameList::NameHash(entry.name);
    name_hash_ += name;
    hash_ += translator::ResourceSet::HashOf(name, entry.version);
  }
}

void ToldVersions::Forget(const std::function<bool(absl::string_view)>& which) {
  if (std::erase_if(entries_, [&](const Entry& entry) { return which(entry.name); }) != 0) Sum();
}

const std::vector<ToldVersions::Entry>& ToldVersions::Sorted() {
  if (sorted_) return entries_;
  // The last one first, so that it is the one kept.
  std::reverse(entries_.begin(), entries_.end());
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.name < b.name; });
  const auto same = [](const Entry& a, const Entry& b) { return a.name == b.name; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  sorted_ = true;
  return entries_;
}

}  // namespace binnacle::server
