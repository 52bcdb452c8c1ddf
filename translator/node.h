// translator/node.h
//
// Who a proxy says it is, read from the xDS node message.
//
// Spec  policy facts, section 4.1: id `type~ip~name.namespace~ns.svc.domain`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "envoy/config/core/v3/base.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

struct Node {
  std::string id;
  std::string name;  // "pod.namespace", the third part of the id
  ProxyType type = ProxyType::kSidecar;
  std::string ns;
  // Every namespace that the id and the metadata name. They agree in an honest
  // node; whoever checks a credential must hold it against all of them.
  std::vector<std::string> claimed_namespaces;
  std::vector<std::string> addresses;  // of the workload, the id's first
  policy::Labels labels;
  mesh::Locality locality;
  std::string network;
  std::string cluster_id;
  std::string node_name;
  std::string service_account;
  std::string istio_version;
  EnvoyVersion envoy;
  bool agent = true;
  bool http10 = false;
  bool on_demand_hosts = false;  // metadata BINNACLE_ON_DEMAND_HOSTS
  bool authenticated = false;    // set by the server, never from the message
};

// Errors: kInvalidArgument, saying which part of the node is wrong. A gRPC
// library's node (user_agent_name "gRPC ...") may have any id.
absl::StatusOr<Node> ParseNode(const envoy::config::core::v3::Node& message);

}  // namespace binnacle::translator
