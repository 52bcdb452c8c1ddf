// mesh/store.h
//
// The Store holds every object in effect and turns each batch of changes into
// the next Snapshot. A batch is committed whole.
//
// Threads  one thread owns the Store; snapshot() may be called from any.
// Errors   none: objects were validated before they came here.
#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "mesh/endpoint_index.h"
#include "mesh/mesh_settings.h"
#include "mesh/object_index.h"
#include "mesh/pod_index.h"
#include "mesh/route_index.h"
#include "mesh/rule_index.h"
#include "mesh/service_index.h"
#include "mesh/snapshot.h"
#include "policy/object.h"

namespace binnacle::mesh {

struct Change {
  std::vector<std::shared_ptr<const policy::Object>> put;  // new, or instead of their key's
  std::vector<policy::ObjectKey> removed;
  absl::Time seen;  // when the first of these changes was noticed
};

class Store {
 public:
  // The settings hold for the life of the Store.
  explicit Store(MeshSettings settings);

  // The snapshot after the change; the one before if nothing in it differs.
  std::shared_ptr<const Snapshot> Apply(const Change& change);

  // The newest; revision 1 holds nothing but settings.
  std::shared_ptr<const Snapshot> snapshot() const;

  using Objects = absl::flat_hash_map<policy::ObjectKey, std::shared_ptr<const policy::Object>>;
  const Objects& objects() const { return objects_; }  // of the owning thread alone

 private:
  void Exchange(const policy::ObjectKey& key, const std::shared_ptr<const policy::Object>& now);
  std::shared_ptr<const Snapshot> Derive(absl::Time seen);

  const std::shared_ptr<const MeshSettings> settings_;
  Objects objects_;
  ServiceIndex services_;
  EndpointIndex endpoints_;
  PodIndex pods_;
  RuleIndex rules_;
  RouteIndex routes_;
  ObjectIndex others_;

  mutable absl::Mutex mu_;
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::mesh
