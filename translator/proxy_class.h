// translator/proxy_class.h
//
// All that translation may know of a proxy. Proxies with equal classes get the
// same resources, so work and bytes are shared among them; what is one proxy's
// own (its id, its address) is left out on purpose.
//
// Threads  immutable once made; share as shared_ptr<const ProxyClass>.
// Spec     policy facts, section 4.1 (node id and metadata).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/service.h"
#include "policy/object.h"

namespace binnacle::translator {

enum class ProxyType : uint8_t {
  kSidecar,  // "sidecar"
  kGateway,  // "router"
  kGrpc,     // metadata GENERATOR "grpc", or a gRPC library: proxyless
};

struct EnvoyVersion {
  uint32_t major = 0;
  uint32_t minor = 0;  // 0.0: not told, assume the oldest supported

  friend auto operator<=>(const EnvoyVersion&, const EnvoyVersion&) = default;
};

// A service that runs at the proxy, with the workload's port for each of the
// service's ports by index (0: not served). Sorted by namespace and host.
struct LocalService {
  std::string ns;
  std::string host;
  std::vector<uint32_t> ports;

  friend bool operator==(const LocalService&, const LocalService&) = default;
};

struct ProxyClass {
  ProxyType type = ProxyType::kSidecar;
  std::string ns;
  policy::Labels labels;  // only keys that some policy selects by
  mesh::Locality locality;
  std::string network;
  std::string cluster_id;
  std::string node_name;  // only where some service is node-local, else empty
  EnvoyVersion envoy;
  // The proxy has an agent at its side, so SDS names such as `default`,
  // `ROOTCA` and `file-cert:...` can be had from the cluster `sds-grpc`. A bare
  // Envoy (metadata BINNACLE_AGENT "none") has no mesh identity and reads
  // certificate files by itself.
  bool agent = true;
  bool ipv6_only = false;
  bool http10 = false;  // metadata HTTP10: accept HTTP/1.0
  // A sidecar that asks for the virtual hosts of its outbound routes one by one,
  // as requests for them come.
  bool on_demand_hosts = false;
  bool authenticated = false;  // its secrets may be sent to it
  std::vector<LocalService> services;

  // Equal exactly for equal classes.
  std::string Key() const;

  friend bool operator==(const ProxyClass&, const ProxyClass&) = default;
};

}  // namespace binnacle::translator
