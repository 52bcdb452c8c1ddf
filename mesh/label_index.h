// mesh/label_index.h
//
// Who carries a label, and who selects by one, without looking at all.
//
// Threads  belongs to the thread that owns the Store.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/object.h"

namespace binnacle::mesh {

// Labelled objects, by namespace.
class LabelIndex {
 public:
  using KeySet = std::set<policy::ObjectKey>;

  void Add(const policy::ObjectKey& key, const policy::Labels& labels);
  void Remove(const policy::ObjectKey& key, const policy::Labels& labels);

  // Those in the namespace that carry one of the selector's labels, the one
  // that fewest do: all that it may select. Of an empty selector: none.
  const KeySet& Candidates(const std::string& ns, const policy::Labels& selector) const;

 private:
  absl::flat_hash_map<std::string, KeySet> by_label_;
};

// Selectors of objects, by namespace.
class SelectorIndex {
 public:
  using Selectors = std::map<policy::ObjectKey, policy::Labels>;

  // An empty selector selects nothing.
  void Set(const policy::ObjectKey& key, policy::Labels selector);
  void Erase(const policy::ObjectKey& key);

  // Objects in the namespace whose selector these labels satisfy.
  LabelIndex::KeySet Selecting(const std::string& ns, const policy::Labels& labels) const;

 private:
  // A selector is kept under its first label, which all that it selects carry.
  absl::flat_hash_map<std::string, Selectors> by_first_label_;
  absl::flat_hash_map<policy::ObjectKey, std::string> first_label_;
};

}  // namespace binnacle::mesh
