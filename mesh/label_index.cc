#include "mesh/label_index.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"

namespace binnacle::mesh {
namespace {

// No part holds a zero byte.
std::string LabelIn(absl::string_view ns, absl::string_view key, absl::string_view value) {
  constexpr absl::string_view kBetween("\0", 1);
  return absl::StrCat(ns, kBetween, key, kBetween, value);
}

}  // namespace

void LabelIndex::Add(const policy::ObjectKey& key, const policy::Labels& labels) {
  for (const auto& [name, value] : labels) by_label_[LabelIn(key.ns, name, value)].insert(key);
}

void LabelIndex::Remove(const policy::ObjectKey& key, const policy::Labels& labels) {
  for (const auto& [name, value] : labels) {
    auto it = by_label_.find(LabelIn(key.ns, name, value));
    if (it == by_label_.end()) continue;
    it->second.erase(key);
    if (it->second.empty()) by_label_.erase(it);
  }
}

const LabelIndex::KeySet& LabelIndex::Candidates(const std::string& ns,
                                                 const policy::Labels& selector) const {
  static const auto& none = *new KeySet;
  const KeySet* fewest = nullptr;
  for (const auto& [name, value] : selector) {
    auto it = by_label_.find(LabelIn(ns, name, value));
    if (it == by_label_.end()) return none;
    if (fewest == nullptr || it->second.size() < fewest->size()) fewest = &it->second;
  }
  return fewest == nullptr ? none : *fewest;
}

void SelectorIndex::Set(const policy::ObjectKey& key, policy::Labels selector) {
  Erase(key);
  if (selector.empty()) return;
  const auto& [name, value] = *selector.begin();
  std::string first = LabelIn(key.ns, name, value);
  by_first_label_[first].emplace(key, std::move(selector));
  first_label_.emplace(key, std::move(first));
}

void SelectorIndex::Erase(const policy::ObjectKey& key) {
  auto it = first_label_.find(key);
  if (it == first_label_.end()) return;
  auto under = by_first_label_.find(it->second);
  under->second.erase(key);
  if (under->second.empty()) by_first_label_.erase(under);
  first_label_.erase(it);
}

LabelIndex::KeySet SelectorIndex::Selecting(const std::string& ns,
                                            const policy::Labels& labels) const {
  LabelIndex::KeySet selecting;
  for (const auto& [name, value] : labels) {
    auto it = by_first_label_.find(LabelIn(ns, name, value));
    if (it == by_first_label_.end()) continue;
    for (const auto& [key, selector] : it->second) {
      if (Selects(selector, labels)) selecting.insert(key);
    }
  }
  return selecting;
}

}  // namespace binnacle::mesh
