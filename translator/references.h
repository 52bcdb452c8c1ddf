// translator/references.h
//
// Which resources a resource refers to by name over ADS: a cluster its
// endpoints, a listener its routes, either its secrets.
//
// Threads  pure.
#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "translator/resource.h"

namespace binnacle::translator {

struct References {
  std::set<std::string> endpoints;
  std::set<std::string> routes;
  std::set<std::string> secrets;
};

// What a cluster or a listener names; others refer to nothing.
References ReferencesIn(ResourceType type, absl::string_view message);

// Of kEndpoint, kRoute or kSecret; nothing names a kVirtualHost.
const std::set<std::string>& NamesOf(const References& references, ResourceType type);

}  // namespace binnacle::translator
