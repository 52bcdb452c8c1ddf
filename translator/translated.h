// translator/translated.h
//
// What a builder returns: an Envoy message and the policy objects that shaped
// it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/object.h"

namespace binnacle::translator {

using Origins = std::vector<policy::Origin>;

// What shaped one piece of a resource: a virtual host of a route configuration.
struct PartOrigins {
  std::string name;
  Origins origins;
};
using PartList = std::vector<std::shared_ptr<const PartOrigins>>;

template <typename Message>
struct Translated {
  Message message;
  Origins origins;  // in no particular order, may hold duplicates
  PartList parts{};
};

}  // namespace binnacle::translator
