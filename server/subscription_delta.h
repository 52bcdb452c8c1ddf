// server/subscription_delta.h
//
// One resource type on an incremental stream.
//
// Virtual hosts are asked for by the hosts that an application calls, which may
// be ever new ones, and Envoy never gives one up. So a proxy gets
// kMostVirtualHosts of them, and for others one without routes, which is not
// remembered.
//
// Threads  belongs to one stream's strand.
// Spec     xDS protocol, Incremental xDS; DeltaDiscoveryRequest.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/delta_request.h"
#include "server/subscription.h"

namespace binnacle::server {

class SubscriptionDelta final : public Subscription {
 public:
  static constexpr size_t kMostVirtualHosts = 16384;

  using Subscription::Subscription;

  Reception Receive(const DeltaRequest& request);

 private:
  std::optional<Response> Compose(Offer& offer, Difference difference) override;
  std::string VersionOf(Offer& offer) const override;
  void Subscribe(const DeltaRequest& request);
  void Unsubscribe(const DeltaRequest& request);

  // Those of `names` that there is still room for; the others are `refused_`.
  void Admit(std::vector<absl::string_view>& names);
  void AddRefused(Response& response);

  std::vector<std::string> refused_;  // names of virtual hosts, to be told so
  bool told_versions_ = false;        // the proxy came with what it holds
};

}  // namespace binnacle::server
