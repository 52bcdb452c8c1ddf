// mesh/rule_set.h
//
// The DestinationRules of one namespace for one host as written, merged.
//
// Spec  policy facts: rules of one level with the same host merge: subsets
//       united (the first of a name wins), the top policy from the first that
//       has one; rules exported differently stay apart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mesh/export_to.h"
#include "policy/object.h"
#include "proto/policy/destination_rule.pb.h"

namespace binnacle::mesh {

struct Rule {
  std::string ns;    // of the object(s)
  std::string name;  // of the first object
  ExportTo export_to;
  policy::Labels selector;  // workloadSelector; empty = every client
  std::shared_ptr<const policy::v1::DestinationRule> spec;  // merged
  std::vector<policy::Origin> origins;                      // of every object merged
};

using RuleSet = std::vector<std::shared_ptr<const Rule>>;  // in order of precedence

}  // namespace binnacle::mesh
