// mesh/hashing_rule.h
//
// Whether a DestinationRule asks for consistent hashing: few do, and working
// out the policy in force means copying it.
//
// Threads  pure.
// Spec     policy facts, section 1.3.
#pragma once

#include "proto/policy/destination_rule.pb.h"

namespace binnacle::mesh {

// On some port or subset.
bool AsksForHashing(const policy::v1::DestinationRule& rule);

}  // namespace binnacle::mesh
