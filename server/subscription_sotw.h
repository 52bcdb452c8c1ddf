// server/subscription_sotw.h
//
// One resource type on a state-of-the-world stream.
//
// Responses of clusters and listeners hold everything that the proxy is to
// have, and what they leave out is gone. Those of other types hold what
// changed.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol, State of the World; DiscoveryRequest.
#pragma once

#include <string>

#include "envoy/service/discovery/v3/discovery.pb.h"
#include "server/subscription.h"

namespace binnacle::server {

class SubscriptionSotw final : public Subscription {
 public:
  using Subscription::Subscription;

  Reception Receive(const envoy::service::discovery::v3::DiscoveryRequest& request);

 private:
  std::optional<Response> Compose(Offer& offer, Difference difference) override;
  std::string VersionOf(Offer& offer) const override;
  void BeforeFirst(Offer& offer) override;
  void AskFor(const envoy::service::discovery::v3::DiscoveryRequest& request);

  bool named_before_ = false;  // an empty list once meant "*", and no longer does
  bool asked_anew_ = false;    // the names changed and were not answered yet
  std::string told_version_;   // of the first request: held before the stream broke
};

}  // namespace binnacle::server
