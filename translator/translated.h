// translator/translated.h
//
// What a builder returns: an Envoy message and the policy objects that shaped
// it.
#pragma once

#include <vector>

#include "policy/object.h"

namespace binnacle::translator {

using Origins = std::vector<policy::Origin>;

template <typename Message>
struct Translated {
  Message message;
  Origins origins;  // in no particular order, may hold duplicates
};

}  // namespace binnacle::translator
