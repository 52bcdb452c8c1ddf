// mesh/precedence.h
//
// Objects of one kind that compete, kept in order of precedence.
#pragma once

#include <memory>
#include <set>

#include "policy/object.h"

namespace binnacle::mesh {

using ObjectPtr = std::shared_ptr<const policy::Object>;

struct ByPrecedence {
  bool operator()(const ObjectPtr& a, const ObjectPtr& b) const {
    return policy::TakesPrecedence(*a, *b);
  }
};

// No two objects of a kind compare equal: their names differ.
using PrecedenceSet = std::set<ObjectPtr, ByPrecedence>;

}  // namespace binnacle::mesh
