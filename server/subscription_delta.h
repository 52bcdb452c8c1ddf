// server/subscription_delta.h
//
// One resource type on an incremental stream.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol, Incremental xDS; DeltaDiscoveryRequest.
#pragma once

#include <string>

#include "server/delta_request.h"
#include "server/subscription.h"

namespace binnacle::server {

class SubscriptionDelta final : public Subscription {
 public:
  using Subscription::Subscription;

  Reception Receive(const DeltaRequest& request);

 private:
  std::optional<Response> Compose(Offer& offer, Difference difference) override;
  std::string VersionOf(Offer& offer) const override;
  void Subscribe(const DeltaRequest& request);
  void Unsubscribe(const DeltaRequest& request);

  bool told_versions_ = false;  // the proxy came with what it holds
};

}  // namespace binnacle::server
