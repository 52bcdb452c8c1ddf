// translator/resource_set.h
//
// All resources of one wildcard type (CDS, LDS) that a class of proxies is to
// hold.
//
// Threads  immutable; share as shared_ptr<const ResourceSet>.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "translator/resource.h"

namespace binnacle::translator {

class ResourceSet {
 public:
  // Of resources with the same name the first is kept.
  explicit ResourceSet(std::vector<ResourcePtr> resources);

  const std::vector<ResourcePtr>& resources() const { return resources_; }  // sorted by name
  ResourcePtr Find(absl::string_view name) const;                           // nullptr if absent
  // A hash of all names and versions.
  const std::string& version() const { return version_; }

 private:
  std::vector<ResourcePtr> resources_;
  std::string version_;
};

}  // namespace binnacle::translator
