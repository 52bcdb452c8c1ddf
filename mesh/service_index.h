// mesh/service_index.h
//
// Which services there are, by host, and who sees them: keeps the facts
// kServices, kPublicHosts, kPrivateHosts, kPorts, kHostsOnPort,
// kSpecialHostsOnPort and kHostsAtAddress.
//
// Threads  belongs to the thread that owns the Store.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "mesh/fact_writer.h"
#include "mesh/mesh_settings.h"
#include "mesh/service.h"
#include "policy/object.h"

namespace binnacle::mesh {

class ServiceIndex {
 public:
  using ObjectPtr = std::shared_ptr<const policy::Object>;
  using ServicePtr = std::shared_ptr<const Service>;

  struct Declared {
    policy::ObjectKey by;
    ServicePtr service;
  };

  // ServiceEntries of one namespace may share a host, each with ports of its
  // own; to clients they are one service.
  struct Group {
    ServicePtr service;             // with the ports and addresses of all
    std::vector<Declared> members;  // in order of preference
  };

  // A Service or ServiceEntry appeared (`object`) or went (nullptr). Returns
  // the objects that declare the same hosts, the object itself not among them.
  std::vector<policy::ObjectKey> Put(const policy::ObjectKey& key, const ObjectPtr& object,
                                     const MeshSettings& settings);

  // Services that the object declares; empty if it is not known.
  const std::vector<ServicePtr>& DeclaredBy(const policy::ObjectKey& key) const;

  // The group that the object's service of that host is in. Known once
  // Derive() has been called; nullptr if the object declares no such host.
  const Group* GroupOf(const policy::ObjectKey& key, const std::string& host) const;

  // Writes the facts of hosts that changed since the last call.
  void Derive(FactWriter& writer);

 private:
  void DeriveHost(const std::string& host, FactWriter& writer);
  void CountVisibility(const std::vector<ServicePtr>& services, const std::string& host, bool add);
  void CountPorts(const std::vector<ServicePtr>& services, const std::string& host, bool add);
  void DeriveSets(FactWriter& writer);
  void DerivePorts(FactWriter& writer);
  void DeriveAddresses(FactWriter& writer);

  absl::flat_hash_map<policy::ObjectKey, std::vector<ServicePtr>> declared_;
  absl::flat_hash_map<std::string, std::vector<Declared>> by_host_;
  absl::flat_hash_map<std::string, std::vector<Group>> groups_;  // by host
  absl::flat_hash_set<std::string> dirty_hosts_;

  std::set<std::string> public_hosts_;
  std::map<std::string, std::set<std::string>> private_hosts_;  // by namespace
  struct OnPort {
    std::set<std::string> hosts;
    std::set<std::string> special;  // as kSpecialHostsOnPort
  };
  std::map<uint32_t, OnPort> on_port_;
  absl::flat_hash_map<std::string, std::set<std::string>> hosts_at_;  // by address
  bool public_dirty_ = true;
  bool ports_dirty_ = true;
  std::set<std::string> private_dirty_;
  std::set<uint32_t> port_dirty_;
  absl::flat_hash_set<std::string> address_dirty_;
};

}  // namespace binnacle::mesh
