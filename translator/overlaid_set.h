// translator/overlaid_set.h
//
// A large set that many classes share, with a few resources of one class's own
// in it. Going on costs what changed in either.
//
// Threads  guarded by its owner.
#pragma once

#include <memory>
#include <vector>

#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::translator {

class OverlaidSet {
 public:
  using SetPtr = std::shared_ptr<const ResourceSet>;

  // `base` with `own`; of resources with the same name the own one counts.
  SetPtr Update(const SetPtr& base, std::vector<ResourcePtr> own);

 private:
  SetPtr base_;
  std::vector<ResourcePtr> own_;
  SetPtr set_;
};

}  // namespace binnacle::translator
