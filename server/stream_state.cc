#include "server/stream_state.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "server/refusals.h"
#include "server/resource_part.h"
#include "server/screen.h"
#include "server/subscription_delta.h"
#include "server/subscription_sotw.h"
#include "translator/references.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DiscoveryRequest;

namespace {

constexpr std::array kUsersOfClusters = {ResourceType::kListener, ResourceType::kRoute,
                                         ResourceType::kVirtualHost};

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
  // Envoy asks for clusters first, unless some are warming: then it says nothing
  // of clusters until these have endpoints, perhaps the ones that it holds.
  const bool warming = *event.type == ResourceType::kEndpoint && !only_.has_value() &&
                       !Active(ResourceType::kEndpoint) && !Active(ResourceType::kCluster);
  if (warming) At(ResourceType::kEndpoint).Disbelieve();
  event.reception = static_cast<Kind&>(At(*event.type)).Receive(request);
  if (const size_t names = At(*event.type).names_wanted(); names > kMostNames) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a stream may ask for ", kMostNames, " resources of a type by name; this one ",
                     "asks for ", names, " of ", translator::TypeUrl(*event.type)));
  }
  AfterAnswer(event);
  return event;
}

absl::StatusOr<StreamState::Event> StreamState::Receive(const DiscoveryRequest& request) {
  return ReceiveAs<SubscriptionSotw>(request);
}

absl::StatusOr<StreamState::Event> StreamState::Receive(const DeltaRequest& request) {
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

void StreamState::AfterAnswer(Event& event) {
  if (offer_ == nullptr) return;
  const ResourceType type = *event.type;
  if (event.reception.answer == Reception::Answer::kNack) {
    Contain(event);
  } else if (event.reception.answer == Reception::Answer::kAck) {
    NoteAccepted(type, event.reception.answered);
    if (type == ResourceType::kCluster) AwaitEndpointsOf(event.reception.answered);
  }
}

void StreamState::AwaitEndpointsOf(const std::vector<ResourcePtr>& clusters) {
  const Subscription& endpoints = At(ResourceType::kEndpoint);
  if (!endpoints.wants_any()) return;
  for (const ResourcePtr& resource : clusters) {
    const translator::References& references = offer_->ReferencesOf(resource);
    for (const std::string& name : references.endpoints) {
      if (!endpoints.Wants(name)) awaited_endpoints_.insert(name);
    }
  }
}

Containment& StreamState::ContainmentOf(ResourceType type) {
  auto& containment = containments_[static_cast<size_t>(type)];
  if (containment == nullptr) containment = std::make_unique<Containment>(type);
  return *containment;
}

void StreamState::Contain(Event& event) {
  const ResourceType type = *event.type;
  Containment& containment = ContainmentOf(type);
  Containment::Outcome outcome = containment.Refused(
      event.reception, [&](absl::string_view name) { return At(type).HasOwn(name); });
  At(type).Distrust(outcome.doubts);
  At(type).set_refusing(containment.open());
  event.searching = containment.searching();
  for (Suspect& suspect : outcome.guilty) {
    Refusal refusal{type,
                    suspect.name(),
                    suspect.part,
                    event.reception.error,
                    proxy_,
                    absl::InfinitePast(),
                    OriginsOf(*suspect.resource, suspect.part.name)};
    const bool news = offer_->refusals() != nullptr &&
                      offer_->refusals()->Note(std::move(refusal), suspect.before);
    news_ = news_ || news;
    event.guilty.push_back({std::move(suspect), news});
  }
  if (type == ResourceType::kCluster) AwaitEndpointsOf(outcome.taken);
  reviewed_ = false;
}

void StreamState::NoteAccepted(ResourceType type, const std::vector<ResourcePtr>& accepted) {
  if (containments_[static_cast<size_t>(type)] != nullptr) {
    ContainmentOf(type).Accepted(accepted);
    reviewed_ = false;
  }
  Refusals* refusals = offer_->refusals();
  if (refusals == nullptr || !refusals->any(type)) return;
  for (const ResourcePtr& resource : accepted) {
    news_ = refusals->Acknowledged(resource) || news_;
  }
}

void StreamState::Testify(ResourceType type) {
  for (const std::string& name : offer_->refusals()->Names(type)) {
    const ResourcePtr held = At(type).Acknowledged(name);
    if (held != nullptr) news_ = offer_->refusals()->Acknowledged(held) || news_;
  }
}

void StreamState::ReviewRefusals() {
  Refusals* refusals = offer_->refusals();
  const uint64_t generation = refusals == nullptr ? 0 : refusals->generation();
  if (reviewed_ && reviewed_at_ == generation) return;
  reviewed_ = true;
  for (const ResourceType type : kPushOrder) {
    if (refusals != nullptr && refusals->any(type)) {
      if (InFlight(type)) {
        reviewed_ = false;  // what it holds is known when it has answered
      } else {
        Testify(type);
      }
    }
    auto& containment = containments_[static_cast<size_t>(type)];
    if (containment == nullptr) continue;
    containment->Review(*offer_);
    At(type).set_refusing(containment->open());
    if (containment->idle()) containment = nullptr;
  }
  KeepUsersOfWhatIsMissing();
  reviewed_at_ = refusals == nullptr ? 0 : refusals->generation();
}

void StreamState::KeepUsersOfWhatIsMissing() {
  std::vector<std::string> missing;
  if (offer_->refusals() != nullptr) missing = offer_->refusals()->Missing(ResourceType::kCluster);
  if (const auto& own = containments_[static_cast<size_t>(ResourceType::kCluster)]) {
    for (std::string& name : own->screen().Lost()) missing.push_back(std::move(name));
  }
  for (const ResourceType type : kUsersOfClusters) {
    const bool kept = containments_[static_cast<size_t>(type)] != nullptr;
    if (!missing.empty() || kept) KeepUsersOf(missing, type);
  }
}

// Routes to a cluster that the proxy cannot have would be answered 503: where
// it has earlier ones without it, they stay.
void StreamState::KeepUsersOf(const std::vector<std::string>& clusters, ResourceType type) {
  if (InFlight(type)) return;
  std::vector<Suspect> users;
  if (!clusters.empty()) {
    for (const ResourcePtr& held : At(type).held()) {
      const ResourcePtr offered = offer_->Find(type, held->name());
      if (offered == nullptr) continue;
      for (ResourcePart& part : ChangedParts(*offered, held.get())) {
        if (!PartRefersTo(*offered, part.name, clusters) ||
            PartRefersTo(*held, part.name, clusters)) {
          continue;
        }
        users.push_back({offered, std::move(part), held});
      }
    }
  }
  auto& containment = containments_[static_cast<size_t>(type)];
  if (users.empty() && containment == nullptr) return;
  ContainmentOf(type).screen().SetDependent(users);
  if (containment->idle()) containment = nullptr;
}

bool StreamState::KeepsFormerUsers() const {
  Refusals* refusals = offer_->refusals();
  return absl::c_any_of(kUsersOfClusters, [&](ResourceType type) {
    const auto& containment = containments_[static_cast<size_t>(type)];
    return (containment != nullptr && containment->screen().keeps_former()) ||
           (refusals != nullptr && refusals->any(type));
  });
}

bool StreamState::Kept(ResourceType type) const {
  return (type == ResourceType::kCluster || type == ResourceType::kEndpoint) && KeepsFormerUsers();
}

std::optional<Response> StreamState::Ask(ResourceType type, Permit permit) {
  const std::string nonce = absl::StrCat(absl::Hex(nonces_ + 1));
  const auto& containment = containments_[static_cast<size_t>(type)];
  if (containment == nullptr || containment->screen().empty()) {
    return At(type).Next(*offer_, permit, nonce);
  }
  ScreenedOffer screened(*offer_, containment->screen());
  return At(type).Next(screened, permit, nonce);
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
    case ResourceType::kEndpoint:
      // Endpoints are behind the clusters in the stream, which is order enough.
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
    case ResourceType::kVirtualHost: {
      // The request that asks for one had better wait than go to a cluster that
      // is not there yet.
      const bool ready =
          !clusters_open && !InFlight(ResourceType::kEndpoint) && !EndpointsAwaited();
      return {.updates = ready, .removals = false, .answers = ready};
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
    permit.removals = (permit.removals || removals) && !Kept(type);
    auto response = Ask(type, permit);
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
  ReviewRefusals();
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
    return At(type).updates_wait() || (At(type).removals_wait() && !Kept(type));
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
           const SyncStatus status = At(type).status(offer_->revision(), !Kept(type));
           return status == SyncStatus::kSynced || status == SyncStatus::kNacked;
         });
}

std::vector<TypeStatus> StreamState::statuses() const {
  std::vector<TypeStatus> statuses;
  statuses.reserve(kPushOrder.size());
  const uint64_t newest = offer_ == nullptr ? 0 : offer_->revision();
  const bool keeps = offer_ != nullptr;
  for (const ResourceType type : kPushOrder) {
    const Subscription& subscription = At(type);
    statuses.push_back({type, subscription.active(),
                        subscription.status(newest, !keeps || !Kept(type)),
                        subscription.acked_version(), subscription.nack_reason()});
  }
  return statuses;
}

std::vector<ResourcePtr> StreamState::Held(ResourceType type) const { return At(type).held(); }

}  // namespace binnacle::server
