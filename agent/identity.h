// agent/identity.h
//
// Who the proxy is: what its node message, its certificate request and its
// bootstrap all say.
//
// Threads  a value.
// Errors   kInvalidArgument, naming the part that is wrong.
// Spec     policy facts, section 4.1: id `type~ip~name.namespace~ns.svc.domain`;
//          labels files: Kubernetes' downward API, `key="value"` a line.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ca/spiffe_id.h"
#include "envoy/config/core/v3/base.pb.h"

namespace binnacle::agent {

using Labels = std::map<std::string, std::string>;

struct Locality {
  std::string region;
  std::string zone;
  std::string subzone;

  friend bool operator==(const Locality&, const Locality&) = default;
};

struct Identity {
  std::string type = "sidecar";  // or "router"
  std::string name;              // of the pod
  std::string ns = "default";
  std::string service_account = "default";
  std::string ip;
  std::string trust_domain = "cluster.local";
  Labels labels;
  std::string cluster_id;
  std::string network;
  Locality locality;

  absl::Status Check() const;
  std::string NodeId() const;
  // What Envoy calls its service cluster: "app.namespace".
  std::string Cluster() const;
  absl::StatusOr<ca::SpiffeId> spiffe_id() const;
};

// The proxy's own node, as its bootstrap names it.
envoy::config::core::v3::Node ProxyNode(const Identity& identity);
// The node of the agent's own streams to the control plane.
envoy::config::core::v3::Node AgentNode(const Identity& identity);

// "region/zone/subzone"; the latter two may be missing.
Locality ParseLocality(absl::string_view text);
// Adds "key=value".
absl::Status AddLabel(absl::string_view text, Labels& labels);
absl::StatusOr<Labels> ParseLabelsFile(absl::string_view text);

}  // namespace binnacle::agent
