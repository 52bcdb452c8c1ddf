// mesh/service.h
//
// What the mesh knows of a service, whichever kind of object declared it: who
// may see it, on which ports it speaks what, and where it runs.
//
// Threads  plain values; immutable once part of a Snapshot.
// Spec     Kubernetes Service and EndpointSlice; Istio ServiceEntry,
//          WorkloadEntry.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mesh/export_to.h"
#include "mesh/protocol.h"
#include "policy/object.h"

namespace binnacle::mesh {

struct ServicePort {
  uint32_t number = 0;  // what clients dial
  std::string name;
  Protocol protocol = Protocol::kUnsupported;

  friend bool operator==(const ServicePort&, const ServicePort&) = default;
};

enum class Registry : uint8_t { kKubernetes, kServiceEntry };

enum class Resolution : uint8_t {
  kStatic,         // endpoints are known: EDS
  kPassthrough,    // go to the address that was dialled: ORIGINAL_DST
  kDns,            // every address the names resolve to: STRICT_DNS
  kDnsRoundRobin,  // one of them at a time: LOGICAL_DNS
  kDynamicDns,     // resolve the name of each request: dynamic forward proxy
};

struct Service {
  std::string host;  // FQDN, lower case; may be a wildcard for a ServiceEntry
  std::string ns;
  std::string name;  // metadata.name of the declaring object
  Registry registry = Registry::kKubernetes;
  Resolution resolution = Resolution::kStatic;
  bool mesh_external = false;          // ServiceEntry location MESH_EXTERNAL
  bool headless = false;               // Kubernetes clusterIP: None
  std::vector<std::string> addresses;  // virtual IPs (or CIDRs); may be empty
  std::vector<ServicePort> ports;
  ExportTo export_to;
  std::vector<std::string> subject_alt_names;  // ServiceEntry
  bool prefer_same_zone = false;  // spec.trafficDistribution: PreferClose, PreferSameZone
  bool prefer_same_node = false;  // PreferSameNode
  bool node_local = false;        // internalTrafficPolicy: Local
  policy::Labels labels;
  absl::Time created = absl::InfinitePast();
  policy::Origin origin;

  friend bool operator==(const Service&, const Service&) = default;

  const ServicePort* FindPort(uint32_t number) const;
  // One number may be open for both UDP and TCP.
  const ServicePort* FindTcpPort(uint32_t number) const;
  // The name of the service's own facts: "namespace/host", and for a
  // ServiceEntry "namespace/host/name", since entries that share a host but
  // not their audience stay apart.
  std::string FactName() const;
};

struct Locality {
  std::string region;
  std::string zone;
  std::string subzone;

  friend bool operator==(const Locality&, const Locality&) = default;
  friend auto operator<=>(const Locality&, const Locality&) = default;
};

// "region/zone/subzone", missing parts left off.
Locality ParseLocality(absl::string_view text);
std::string ToString(const Locality& locality);

// The labels and identity that endpoints of one workload share.
struct Workload {
  std::string ns;
  std::string name;
  std::string service_account;  // empty if unknown
  std::string node;
  std::string network;
  Locality locality;
  policy::Labels labels;
  bool tls_capable = false;  // its sidecar accepts mesh mutual TLS

  friend bool operator==(const Workload&, const Workload&) = default;
};

// An endpoint that is not ready is known all the same: requests on their way
// to it, and those it makes itself, still need its proxy's configuration.
enum class Health : uint8_t { kHealthy, kDraining, kUnhealthy };

struct Endpoint {
  std::string address;  // IP, "unix:///path", or a DNS name where resolution is kDns*
  // The port that the workload listens on for each of Service::ports, by
  // index; 0 where this endpoint does not serve that port.
  std::vector<uint32_t> ports;
  uint32_t weight = 1;
  Health health = Health::kHealthy;
  std::shared_ptr<const Workload> workload;  // never null
  std::string hostname;                      // pod hostname, for headless names

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.address == b.address && a.ports == b.ports && a.weight == b.weight &&
           a.health == b.health && a.hostname == b.hostname && *a.workload == *b.workload;
  }
};

// One service that an address is an endpoint of, as seen from the workload.
struct WorkloadService {
  std::shared_ptr<const Service> service;
  std::vector<uint32_t> ports;  // as Endpoint::ports

  friend bool operator==(const WorkloadService&, const WorkloadService&) = default;
};

}  // namespace binnacle::mesh
