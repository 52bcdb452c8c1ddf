// agent/sds_subscription.h
//
// One SDS stream's protocol state: what it asked for, what it was sent, what it
// answered. Knows no gRPC.
//
// At most one response is in flight; what changes meanwhile is sent after it. A
// version that was refused is not sent again. A secret that does not exist is
// withheld: Envoy goes on waiting, or keeps what it has.
//
// Threads  one at a time.
// Errors   OnRequest(): kInvalidArgument: another type than secrets.
// Spec     xDS protocol, state of the world and incremental; SDS.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/acknowledgements.h"
#include "agent/secret_store.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace binnacle::agent {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

// Who reads and watches the files behind names such as `file-cert:...`. Every
// name that a stream subscribes to or lets go of is told.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  virtual void Want(const std::string& name) = 0;
  virtual void Release(const std::string& name) = 0;
};

class SdsSubscription {
 public:
  SdsSubscription(const SecretStore& store, SecretSource& source,
                  Acknowledgements& acknowledgements)
      : store_(store),
        source_(source),
        acknowledgements_(acknowledgements),
        stream_(acknowledgements.Join()) {}
  ~SdsSubscription();
  SdsSubscription(const SdsSubscription&) = delete;
  SdsSubscription& operator=(const SdsSubscription&) = delete;

  absl::Status OnRequest(const DiscoveryRequest& request);
  absl::Status OnRequest(const DeltaDiscoveryRequest& request);

  // What is to be sent now. True if there is something.
  bool Next(DiscoveryResponse& response);
  bool Next(DeltaDiscoveryResponse& response);

 private:
  struct InFlight {
    std::string nonce;
    std::vector<SecretPtr> secrets;
  };

  void Subscribe(const std::string& name, const std::string& held);
  void Unsubscribe(const std::string& name);
  // False if `nonce` is not of the response in flight.
  bool Settle(const std::string& nonce, bool taken, const std::string& why);
  // Empty if nothing is due.
  std::vector<SecretPtr> TakeDue();

  const SecretStore& store_;
  SecretSource& source_;
  Acknowledgements& acknowledgements_;
  const uint64_t stream_;
  std::map<std::string, std::string> sent_;  // what is subscribed to: name -> version sent
  std::optional<InFlight> in_flight_;
  uint64_t last_nonce_ = 0;
};

}  // namespace binnacle::agent
