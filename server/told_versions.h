// server/told_versions.h
//
// What a returning proxy says that it holds: names, each with a version. They
// stay where they were read.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol: initial_resource_versions of DeltaDiscoveryRequest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::server {

class ToldVersions {
 public:
  struct Entry {
    absl::string_view name;
    absl::string_view version;
  };

  // In any order, with the text that they point into; of one name the last
  // counts. Names without a version are left out.
  ToldVersions(std::shared_ptr<const std::string> text, std::vector<Entry> entries);

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  // As ResourceSet::hash() and NameList::hash(), to be compared with these.
  uint64_t hash() const { return hash_; }
  uint64_t name_hash() const { return name_hash_; }

  // Those of which `which` is true were not told.
  void Forget(const std::function<bool(absl::string_view)>& which);

  // Sorted by name, each once.
  const std::vector<Entry>& Sorted();

 private:
  void Sum();

  std::shared_ptr<const std::string> text_;
  std::vector<Entry> entries_;
  bool sorted_ = false;
  uint64_t hash_ = 0;
  uint64_t name_hash_ = 0;
};

}  // namespace binnacle::server
