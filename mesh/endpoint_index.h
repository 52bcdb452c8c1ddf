// mesh/endpoint_index.h
//
// Where services run: keeps the facts kEndpoints, kServiceAccounts and
// kWorkloadServices, from EndpointSlices, Endpoints, Pods, Nodes and
// WorkloadEntries, and from what ServiceEntries say inline.
//
// Threads  belongs to the thread that owns the Store.
// Spec     policy facts, sections 1.4 and 6.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "mesh/fact_writer.h"
#include "mesh/label_index.h"
#include "mesh/mesh_settings.h"
#include "mesh/service_endpoints.h"
#include "mesh/service_index.h"
#include "policy/object.h"

namespace binnacle::mesh {

class EndpointIndex {
 public:
  using ObjectPtr = std::shared_ptr<const policy::Object>;
  using Objects = absl::flat_hash_map<policy::ObjectKey, ObjectPtr>;

  // An object of any kind that bears on endpoints changed. `before` and `now`
  // may be nullptr, not both.
  void Change(const ObjectPtr& before, const ObjectPtr& now);

  // Services whose ports may have changed although their objects did not.
  void Recheck(const std::vector<policy::ObjectKey>& declaring);

  // Writes the facts of services that changed since the last call. `objects`
  // holds every object, after the changes.
  void Derive(const Objects& objects, const ServiceIndex& services, const MeshSettings& settings,
              FactWriter& writer);

 private:
  using KeySet = std::set<policy::ObjectKey>;

  void ChangeService(const ObjectPtr& before, const ObjectPtr& now);
  void ChangePod(const ObjectPtr& pod, bool there);
  void ChangeSlice(const ObjectPtr& slice, bool there);
  void ChangeNode(const policy::ObjectKey& node);
  // Services that select workloads with these labels there.
  void MarkSelecting(const std::string& ns, const policy::Labels& labels);
  void MarkAddress(const std::string& address);

  EndpointSources SourcesFor(const policy::ObjectKey& declaring, const Objects& objects);
  void DeriveService(const policy::ObjectKey& declaring, const Objects& objects,
                     const ServiceIndex& services, const MeshSettings& settings,
                     FactWriter& writer);
  // Erases the facts of services that the object no longer declares.
  void Forget(const policy::ObjectKey& declaring, std::set<std::string> fact_names,
              FactWriter& writer);
  void Place(const policy::ObjectKey& declaring, std::set<std::string> addresses);
  void DeriveAddress(const std::string& address, const ServiceIndex& services, FactWriter& writer);

  absl::flat_hash_set<policy::ObjectKey> dirty_;
  absl::flat_hash_set<std::string> dirty_addresses_;

  // EndpointSlices of a Service, by the Service's key.
  absl::flat_hash_map<policy::ObjectKey, KeySet> slices_;
  absl::flat_hash_map<std::string, policy::ObjectKey> pod_by_address_;
  LabelIndex pods_;
  std::map<std::string, KeySet> entries_;  // WorkloadEntries, by namespace
  SelectorIndex selectors_;                // of Services and ServiceEntries
  // Which services (by declaring object) run at an address, and back.
  absl::flat_hash_map<std::string, KeySet> services_at_;
  absl::flat_hash_map<policy::ObjectKey, std::set<std::string>> addresses_of_;
  absl::flat_hash_map<std::string, KeySet> services_on_node_;
  absl::flat_hash_map<policy::ObjectKey, std::set<std::string>> facts_of_;
};

}  // namespace binnacle::mesh
