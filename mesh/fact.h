// mesh/fact.h
//
// A Fact is one thing that can be known of the mesh: a key (kind and name), an
// immutable value, and the revision of the snapshot at which the value last
// changed. All that the translator reads are facts, so what a resource was
// made from can be recorded as a list of keys and revisions, and a change is a
// list of keys.
//
// A fact that is absent has revision 0; having looked for it is recorded too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/gateway_list.h"
#include "mesh/mesh_settings.h"
#include "mesh/rule_set.h"
#include "mesh/service.h"
#include "mesh/virtual_service_list.h"
#include "policy/object.h"

namespace binnacle::mesh {

// What each kind's name is, and what its value says. Names join their parts
// with "/": namespace first.
enum class FactKind : uint8_t {
  kSettings,                 // "": MeshSettings
  kServices,                 // host: the services of that host, in order of preference
  kEndpoints,                // Service::FactName(): the endpoints of one service
  kServiceAccounts,          // Service::FactName(): SPIFFE ids that run the service
  kPublicHosts,              // "": hosts exported to every namespace
  kPrivateHosts,             // namespace: further hosts that only some namespaces see
  kPorts,                    // "": every TCP service port number, ascending
  kHostsOnPort,              // service port number: hosts that have the port
  kSpecialHostsOnPort,       // service port number: those among them that are more than plain HTTP
                             // there, or not that in all their services
  kHostsAtAddress,           // virtual IP address, as written: hosts that have it
  kDestinationRules,         // namespace/host as written in the rule: merged rules
  kWildcardRules,            // namespace: wildcard hosts of its rules, longest first
  kHashingHosts,             // namespace: hosts as written for which its rules ask for hashing
  kGateways,                 // "": every Gateway, in order of precedence
  kGatewayVirtualServices,   // namespace/gateway: VirtualServices bound to it
  kMeshVirtualServices,      // host as written: VirtualServices for sidecars
  kMeshVirtualServiceHosts,  // "": hosts of those that every namespace sees; namespace:
                             // further hosts that it sees
  kMeshWildcardHosts,        // "": their wildcard hosts, longest first
  kVirtualService,           // namespace/name: one VirtualService (for delegates)
  kWorkloadServices,         // IP address: services whose endpoint it is
  kPod,                      // namespace/name: what a running Pod says of its workload
  kPodsAt,                   // IP address: the running Pods there, as kPod names them
  kSecret,                   // namespace/name
  kConfigMap,                // namespace/name
  kPeerAuthentications,      // namespace: PeerAuthentications in it, in order of precedence
  kAuthnPolicies,            // namespace ("" for MeshPolicy): 2018 policies in it
  kSelectedLabels,           // "": label keys that any policy selects proxies by
};

using ObjectList = std::vector<std::shared_ptr<const policy::Object>>;
using HostList = std::vector<std::string>;  // sorted unless the kind says otherwise

template <FactKind K>
struct FactValue;
template <>
struct FactValue<FactKind::kSettings> {
  using type = MeshSettings;
};
template <>
struct FactValue<FactKind::kServices> {
  using type = std::vector<std::shared_ptr<const Service>>;
};
template <>
struct FactValue<FactKind::kEndpoints> {
  using type = std::vector<Endpoint>;
};
template <>
struct FactValue<FactKind::kServiceAccounts> {
  using type = std::vector<std::string>;
};
template <>
struct FactValue<FactKind::kPublicHosts> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kPrivateHosts> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kPorts> {
  using type = std::vector<uint32_t>;
};
template <>
struct FactValue<FactKind::kHostsOnPort> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kSpecialHostsOnPort> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kHostsAtAddress> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kDestinationRules> {
  using type = RuleSet;
};
template <>
struct FactValue<FactKind::kWildcardRules> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kHashingHosts> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kGateways> {
  using type = GatewayList;
};
template <>
struct FactValue<FactKind::kGatewayVirtualServices> {
  using type = VirtualServiceList;
};
template <>
struct FactValue<FactKind::kMeshVirtualServices> {
  using type = ObjectList;
};
template <>
struct FactValue<FactKind::kMeshVirtualServiceHosts> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kMeshWildcardHosts> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kVirtualService> {
  using type = policy::Object;
};
template <>
struct FactValue<FactKind::kWorkloadServices> {
  using type = std::vector<WorkloadService>;
};
template <>
struct FactValue<FactKind::kPod> {
  using type = Workload;  // its node is not looked at: no locality from there
};
template <>
struct FactValue<FactKind::kPodsAt> {
  using type = HostList;
};
template <>
struct FactValue<FactKind::kSecret> {
  using type = policy::Object;
};
template <>
struct FactValue<FactKind::kConfigMap> {
  using type = policy::Object;
};
template <>
struct FactValue<FactKind::kPeerAuthentications> {
  using type = ObjectList;
};
template <>
struct FactValue<FactKind::kAuthnPolicies> {
  using type = ObjectList;
};
template <>
struct FactValue<FactKind::kSelectedLabels> {
  using type = HostList;
};

// Identifies a fact within this process (keyed by a random seed: not stable
// across runs, never sent anywhere).
using FactId = uint64_t;

FactId IdOf(FactKind kind, absl::string_view name);

// Joins a namespace and a name as facts are named.
std::string Qualified(absl::string_view ns, absl::string_view name);

}  // namespace binnacle::mesh
