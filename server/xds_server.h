// server/xds_server.h
//
// The gRPC server that proxies stream from: aggregated discovery and the
// services for a single type, each in both variants. There is one for each
// listener: in plaintext, and over TLS beside the certificate service.
//
// Threads  Start() and Stop() from one thread.
// Errors   Start(): kUnavailable if the address cannot be had.
// Spec     Envoy v3 AggregatedDiscoveryService, ClusterDiscoveryService,
//          EndpointDiscoveryService, ListenerDiscoveryService,
//          RouteDiscoveryService, SecretDiscoveryService. The unary Fetch
//          methods are not implemented.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "server/xds_stream.h"

namespace binnacle::server {

// How a peer that has gone without a word is found.
struct Keepalive {
  absl::Duration idle = absl::Seconds(30);    // nothing was heard: it is asked
  absl::Duration answer = absl::Seconds(10);  // until then it must have answered
};

class XdsServer {
 public:
  explicit XdsServer(const StreamParts& parts, const Keepalive& keepalive = {});
  ~XdsServer();

  // `address` is "host:port"; port 0 takes a free one. Returns what was bound.
  // `beside`: further services of the same server; they outlive it.
  absl::StatusOr<std::string> Start(const std::string& address,
                                    const std::shared_ptr<grpc::ServerCredentials>& credentials,
                                    const std::vector<grpc::Service*>& beside = {});
  // Ends all streams with UNAVAILABLE; those that have not ended after `grace`
  // are cut off.
  void Stop(absl::Duration grace);

 private:
  class Services;

  const StreamParts parts_;
  const Keepalive keepalive_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace binnacle::server
