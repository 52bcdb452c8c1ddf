// mesh/rule_index.h
//
// DestinationRules by namespace and host: keeps the facts kDestinationRules,
// kWildcardRules and kHashingHosts.
//
// Threads  belongs to the thread that owns the Store.
// Spec     policy facts, section 5.3 (merging within a level).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mesh/fact_writer.h"
#include "mesh/mesh_settings.h"
#include "mesh/precedence.h"
#include "policy/object.h"

namespace binnacle::mesh {

class RuleIndex {
 public:
  // `before` and `now` may be nullptr, not both.
  void Change(const ObjectPtr& before, const ObjectPtr& now, const MeshSettings& settings);
  void Derive(const MeshSettings& settings, FactWriter& writer);

 private:
  using Place = std::pair<std::string, std::string>;  // namespace, host as resolved

  std::map<Place, PrecedenceSet> rules_;
  std::set<Place> dirty_;
  // By namespace.
  using Hosts = std::map<std::string, std::set<std::string>>;
  Hosts wildcards_;
  Hosts hashing_;
};

}  // namespace binnacle::mesh
