// translator/gateway_servers.h
//
// The servers of all Gateways that select a proxy, merged by port: what its
// listeners and its route configurations are made from.
//
// Spec  policy facts, sections 1.1 and 5.12.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/protocol.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "proto/policy/gateway.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// One `servers[]` entry, with the Gateway it stands in.
struct GatewayServer {
  const policy::Object* gateway = nullptr;     // lives as long as the Snapshot
  const policy::v1::Server* server = nullptr;  // inside it
  std::string gateway_name;                    // "namespace/name"
  std::string route_name;                      // RDS name; empty for TCP and passthrough
  std::vector<std::string> hosts;              // after dropping hosts taken by earlier servers
  mesh::Protocol protocol = mesh::Protocol::kUnsupported;  // of its port
  bool terminates_tls = false;
  bool http = false;  // carries HTTP once TLS is off
};

// The servers that share one listener.
struct GatewayPort {
  uint32_t listener_port = 0;          // the workload's (target) port
  std::string bind;                    // empty: the wildcard address
  std::vector<GatewayServer> servers;  // in order of precedence

  // "0.0.0.0_443"
  std::string ListenerName() const;
};

std::vector<GatewayPort> MergeGatewayServers(mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
