// agent/sds_service.h
//
// Secret discovery for the local Envoy, over a Unix socket that only its owner
// may open.
//
// Threads  Start() and Stop() from one thread, before others make files: it
//          sets the umask for a moment.
// Errors   Start(): kInvalidArgument: the path is too long for a socket;
//          kUnavailable: it cannot be had. A request that cannot be read ends
//          its stream with INVALID_ARGUMENT.
// Spec     Envoy v3 SecretDiscoveryService: StreamSecrets and DeltaSecrets.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "agent/acknowledgements.h"
#include "agent/sds_subscription.h"
#include "agent/secret_store.h"
#include "grpcpp/server.h"

namespace binnacle::agent {

// What every stream works with; all of it outlives the service.
struct SdsParts {
  SecretStore& store;
  SecretSource& source;
  Acknowledgements& acknowledgements;
};

class SdsService {
 public:
  explicit SdsService(const SdsParts& parts);
  ~SdsService();

  absl::Status Start(const std::string& socket_path);
  void Stop();

 private:
  class Service;

  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace binnacle::agent
