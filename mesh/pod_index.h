// mesh/pod_index.h
//
// What Pods say of the workloads in them: keeps the facts kPod and kPodsAt, by
// which a proxy's own words are checked. Pods that have ended count no more.
//
// Threads  belongs to the thread that owns the Store.
// Spec     policy facts, section 6.
#pragma once

#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "mesh/fact_writer.h"
#include "mesh/precedence.h"
#include "policy/object.h"

namespace binnacle::mesh {

class PodIndex {
 public:
  // A Pod changed. `before` and `now` may be nullptr, not both.
  void Change(const ObjectPtr& before, const ObjectPtr& now);
  void Derive(FactWriter& writer);

 private:
  absl::flat_hash_map<std::string, ObjectPtr> changed_;  // by "namespace/name"
  // An address may be that of several pods: those on the node's own network,
  // or one that is going while another comes.
  absl::flat_hash_map<std::string, std::set<std::string>> pods_at_;
  absl::flat_hash_set<std::string> dirty_addresses_;
};

}  // namespace binnacle::mesh
