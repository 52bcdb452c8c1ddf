// agent/bootstrap.h
//
// The bootstrap of an Envoy with an agent beside it: its node, its control
// plane over TLS with the agent's secrets, the agent's socket, and a listener
// for Prometheus.
//
// Threads  a pure function.
// Spec     Envoy v3 Bootstrap; policy facts, section 4.1: static clusters
//          `sds-grpc` and `xds-grpc`.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "agent/host_port.h"
#include "agent/identity.h"
#include "agent/server_address.h"

namespace binnacle::agent {

struct BootstrapParts {
  Identity identity;
  ServerAddress server;
  std::string sds_socket;
  HostPort admin;
  HostPort metrics;              // where Prometheus asks
  bool on_demand_hosts = false;  // virtual hosts are fetched when requests need them
};

// As JSON. Errors: kInternal: the node cannot be written as JSON.
absl::StatusOr<std::string> Bootstrap(const BootstrapParts& parts);

}  // namespace binnacle::agent
