// agent/server_channel.h
//
// A connection to the control plane: TLS, its certificate checked against roots
// and a name, and, where there is one, the agent's own certificate shown.
//
// Each connection is its own: none is shared between credentials.
//
// Threads  none of its own.
// Spec     gRPC C++ 1.51.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/host_port.h"
#include "agent/workload_certificate.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace binnacle::agent {

struct ServerAddress {
  HostPort address;
  std::string name;  // that its certificate must bear (DNS)
};

// `own`: nullptr for none.
std::shared_ptr<grpc::Channel> DialServer(const ServerAddress& server, const std::string& roots_pem,
                                          const WorkloadCertificate* own);

// With the words of gRPC turned into what to look at, where it is known.
absl::Status StatusOf(const grpc::Status& status, const ServerAddress& server);

}  // namespace binnacle::agent
