#include "server/stream_state.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "server/subscription_delta.h"
#include "server/subscription_sotw.h"
#include "translator/references.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;

namespace {

std::unique_ptr<Subscription> NewSubscription(Variant variant, ResourceType type) {
  if (variant == Variant::kDelta) return std::make_unique<SubscriptionDelta>(type);
  return std::make_unique<SubscriptionSotw>(type);
}

}  // namespace

StreamState::StreamState(Variant variant, std::optional<ResourceType> only)
    : variant_(variant), only_(only) {
  for (const ResourceType type : kPushOrder) {
    subscriptions_[static_cast<size_t>(type)] = NewSubscription(variant, type);
  }
}

StreamState::~StreamState() = default;

absl::StatusOr<std::optional<ResourceType>> StreamState::TypeOf(absl::string_view type_url) const {
  if (type_url.empty()) {
    if (only_.has_value()) return only_;
    return absl::InvalidArgumentError("type_url is empty: on an aggregated stream it is required");
  }
  for (const ResourceType type : kPushOrder) {
    if (type_url != translator::TypeUrl(type)) continue;
    if (!only_.has_value() || *only_ == type) return type;
    return absl::InvalidArgumentError(absl::StrCat(
        "type_url ", type_url, " asked of the service for ", translator::TypeUrl(*only_)));
  }
  return std::nullopt;
}

template <typename Kind, typename Request>
absl::StatusOr<StreamState::Event> StreamState::ReceiveAs(const Request& request) {
  const auto type = TypeOf(request.type_url());
  if (!type.ok()) return type.status();
  Event event{*type, request.type_url(), {}};
  if (!event.type.has_value()) return event;
  event.reception = static_cast<Kind&>(At(*event.type)).Receive(request);
  AfterAnswer(*event.type, event.reception);
  return event;
}

absl::StatusOr<StreamState::Event> StreamState::Receive(const DiscoveryRequest& request) {
  return ReceiveAs<SubscriptionSotw>(request);
}

absl::StatusOr<StreamState::Event> StreamState::Receive(const DeltaDiscoveryRequest& request) {
  return ReceiveAs<SubscriptionDelta>(request);
}

void StreamState::AfterSending(const Response& response) {
  if (response.type != ResourceType::kCluster && response.type != ResourceType::kListener) return;
  Subscription& endpoints = At(ResourceType::kEndpoint);
  Subscription& routes = At(ResourceType::kRoute);
  Subscription& secrets = At(ResourceType::kSecret);
  // At a proxy's start nothing of this was asked for yet.
  if (!endpoints.wants_any() && !routes.wants_any() && !secrets.wants_any()) return;
  // Right behind them: Envoy acknowledges clusters only when they are warm.
  for (const ResourcePtr& resource : response.changed) {
    const translator::References& references = offer_->ReferencesOf(resource);
    endpoints.Repeat(references.endpoints);
    routes.Repeat(references.routes);
    secrets.Repeat(references.secrets);
  }
}

void StreamState::AfterAnswer(ResourceType type, const Reception& reception) {
  const Subscription& endpoints = At(ResourceType::kEndpoint);
  if (type != ResourceType::kCluster || reception.answer != Reception::Answer::kAck) return;
  if (offer_ == nullptr || !endpoints.wants_any()) return;
  for (const ResourcePtr& resource : reception.answered) {
    const translator::References& references = offer_->ReferencesOf(resource);
    for (const std::string& name : references.endpoints) {
      if (!endpoints.Wants(name)) awaited_endpoints_.insert(name);
    }
  }
}

bool StreamState::EndpointsAwaited() {
  if (awaited_endpoints_.empty()) return false;
  const Subscription& endpoints = At(ResourceType::kEndpoint);
  absl::erase_if(awaited_endpoints_,
                 [&](const std::string& name) { return endpoints.Wants(name); });
  return !awaited_endpoints_.empty();
}

Permit StreamState::PermitFor(ResourceType type, bool overdue) {
  if (overdue) return {.updates = true, .removals = true};
  const bool clusters_open = InFlight(ResourceType::kCluster);
  const bool listeners_open = InFlight(ResourceType::kListener);
  switch (type) {
    case ResourceType::kCluster:
      return {.updates = true, .removals = false};
    case ResourceType::kEndpoint:
      // Behind the clusters in the stream, which is order enough.
      return {.updates = true, .removals = false};
    case ResourceType::kListener: {
      const bool ready =
          !clusters_open && !InFlight(ResourceType::kEndpoint) && !EndpointsAwaited();
      return {.updates = ready, .removals = true};
    }
    case ResourceType::kRoute: {
      const bool ready = !clusters_open && !InFlight(ResourceType::kEndpoint) && !listeners_open &&
                         !EndpointsAwaited();
      return {.updates = ready, .removals = false};
    }
    case ResourceType::kSecret:
      return {};
  }
  return {};
}

bool StreamState::UsersSettled() const {
  return absl::c_none_of(
      kPushOrder, [&](ResourceType type) { return InFlight(type) || At(type).updates_wait(); });
}

std::optional<Response> StreamState::Pass(bool removals, bool overdue) {
  for (const ResourceType type : kPushOrder) {
    Subscription& subscription = At(type);
    if (!subscription.active() || subscription.in_flight()) continue;
    if (removals && !subscription.removals_wait()) continue;
    Permit permit = PermitFor(type, overdue);
    permit.removals = permit.removals || removals;
    auto response = subscription.Next(*offer_, permit, absl::StrCat(absl::Hex(nonces_ + 1)));
    if (!response.has_value()) continue;
    ++nonces_;
    AfterSending(*response);
    return response;
  }
  return std::nullopt;
}

std::optional<Response> StreamState::Next(absl::Time now) {
  if (offer_ == nullptr) return std::nullopt;
  const bool overdue = now >= WakeAt();
  if (overdue) awaited_endpoints_.clear();
  auto response = Pass(/*removals=*/false, overdue);
  if (!response.has_value() && UsersSettled()) response = Pass(/*removals=*/true, overdue);
  NoteWaiting(now);
  return response;
}

bool StreamState::LacksOffer() const {
  return offer_ != nullptr && absl::c_any_of(kPushOrder, [&](ResourceType type) {
           return Active(type) && !offer_->IsMade(type);
         });
}

void StreamState::NoteWaiting(absl::Time now) {
  const bool waiting = absl::c_any_of(kPushOrder, [&](ResourceType type) {
    return At(type).updates_wait() || At(type).removals_wait();
  });
  if (!waiting) {
    waiting_since_ = absl::InfiniteFuture();
  } else if (waiting_since_ == absl::InfiniteFuture()) {
    waiting_since_ = now;
  }
}

absl::Time StreamState::WakeAt() const { return waiting_since_ + kPatience; }

bool StreamState::Settled() const {
  return offer_ != nullptr && absl::c_all_of(kPushOrder, [&](ResourceType type) {
           if (!Active(type)) return true;
           const SyncStatus status = At(type).status(offer_->revision());
           return status == SyncStatus::kSynced || status == SyncStatus::kNacked;
         });
}

std::vector<TypeStatus> StreamState::statuses() const {
  std::vector<TypeStatus> statuses;
  const uint64_t newest = offer_ == nullptr ? 0 : offer_->revision();
  for (const ResourceType type : kPushOrder) {
    const Subscription& subscription = At(type);
    statuses.push_back({type, subscription.active(), subscription.status(newest),
                        subscription.acked_version(), subscription.nack_reason()});
  }
  return statuses;
}

std::vector<ResourcePtr> StreamState::Held(ResourceType type) const { return At(type).held(); }

}  // namespace binnacle::server
