// translator/references.h
//
// Which resources a resource refers to by name over ADS: a cluster its
// endpoints, a listener its routes, either its secrets.
//
// Threads  pure.
#pragma once

#include <set>
#include <string>

#include "translator/resource.h"

namespace binnacle::translator {

struct References {
  std::set<std::string> endpoints;
  std::set<std::string> routes;
  std::set<std::string> secrets;
};

// Adds what `resource` (a cluster or a listener; others refer to nothing) names.
void AddReferences(const Resource& resource, References& references);

}  // namespace binnacle::translator
