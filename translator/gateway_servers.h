// translator/gateway_servers.h
//
// The servers of all Gateways that select a proxy, merged by port: what its
// listeners and its route configurations are made from.
//
// Spec  policy facts, sections 1.1 and 5.12.
#pragma once

#include <cstdint>
#include <deque>
#include <forward_list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mesh/gateway_list.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// One `servers[]` entry, with the Gateway it stands in.
struct GatewayServer {
  const mesh::ListedGateway* gateway = nullptr;  // lives as long as the Snapshot
  const mesh::ListedServer* listed = nullptr;    // inside it
  absl::string_view route_name;                  // RDS name; empty for TCP and passthrough
  absl::Span<const absl::string_view> hosts;     // after dropping hosts taken by earlier servers
};

// The servers that share one listener.
struct GatewayPort {
  GatewayPort() = default;
  GatewayPort(GatewayPort&&) = default;  // servers stay where they are

  uint32_t listener_port = 0;         // the workload's (target) port
  absl::string_view bind;             // empty: the wildcard address
  std::deque<GatewayServer> servers;  // in order of precedence

  // "0.0.0.0_443"
  std::string ListenerName() const;
};

// All of a class. Merging looks at every server, so it is done once for all that
// is made from them. Points into the Snapshot.
class GatewayServers {
 public:
  // In order of precedence.
  using List = absl::InlinedVector<const GatewayServer*, 1>;

  GatewayServers(mesh::View& view, const ProxyClass& proxy);
  GatewayServers(const GatewayServers&) = delete;
  GatewayServers& operator=(const GatewayServers&) = delete;

  const std::vector<GatewayPort>& ports() const { return ports_; }
  // The HTTP servers with that route name; nullptr if there are none.
  const List* Find(absl::string_view route_name) const;

 private:
  class Merger;

  std::vector<GatewayPort> ports_;
  absl::flat_hash_map<absl::string_view, List> by_route_;  // points into ports_
  // What servers point to that no Gateway says as it is.
  std::forward_list<std::string> route_names_;
  std::forward_list<std::vector<absl::string_view>> narrowed_;  // hosts
};

}  // namespace binnacle::translator
