#include "server/xds_stream.h"

#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "ca/certificate_service.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "server/response.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;

namespace {

constexpr size_t kOriginsTold = 8;
constexpr size_t kFewResources = 3;
// So that a hostile client cannot fill the log or our memory with names.
constexpr size_t kUnknownTypesNoted = 16;
constexpr absl::Duration kArrivalPatience = absl::Seconds(1);

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

// The refused response's resources that the proxy's words are about: those it
// names, or all if there are few.
std::vector<ResourcePtr> Blamed(const Reception& reception) {
  std::vector<ResourcePtr> blamed;
  for (const ResourcePtr& resource : reception.answered) {
    if (absl::StrContains(reception.error, resource->name())) blamed.push_back(resource);
  }
  if (blamed.empty() && reception.answered.size() <= kFewResources) return reception.answered;
  return blamed;
}

std::string OriginsOf(const std::vector<ResourcePtr>& resources) {
  std::vector<std::string> origins;
  for (const ResourcePtr& resource : resources) {
    for (const policy::Origin& origin : resource->origins()) {
      if (origins.size() == kOriginsTold)
        return absl::StrCat(absl::StrJoin(origins, ", "), ", ...");
      origins.push_back(origin.ToString());
    }
  }
  return origins.empty() ? "no policy object" : absl::StrJoin(origins, ", ");
}

}  // namespace

RawReactor* XdsStream::Start(const StreamParts& parts, const grpc::CallbackServerContext& context,
                             Variant variant, std::optional<ResourceType> only) {
  auto stream = std::make_shared<XdsStream>(parts, context.peer(), variant, only);
  stream->self_ = stream;
  parts.metrics.StreamOpened(variant);
  if (parts.hub.Join(stream)) {
    stream->Begin(context.peer(), ca::CredentialsOf(context));
  } else {
    stream->Close({grpc::StatusCode::UNAVAILABLE, "binnacled is shutting down"});
  }
  return stream.get();
}

XdsStream::XdsStream(const StreamParts& parts, const std::string& address, Variant variant,
                     std::optional<ResourceType> only)
    : parts_(parts),
      strand_(std::make_shared<Strand>(parts.pool, Lane::kNewcomer)),
      variant_(variant),
      peer_{address, std::nullopt},
      state_(variant, only) {
  report_.peer = address;
  report_.since = absl::Now();
}

void XdsStream::Begin(std::string address, ca::Credentials credentials) {
  parts_.auth.Identify(std::move(address), std::move(credentials),
                       [self = shared_from_this()](absl::StatusOr<Peer> peer) {
                         if (!peer.ok()) {
                           spdlog::warn("a stream from {} is refused: {}", self->report().peer,
                                        ca::ReasonForOperator(peer.status()));
                           return self->Close(ToGrpc(peer.status()));
                         }
                         self->strand_->Post([self, peer = *std::move(peer)]() mutable {
                           self->peer_ = std::move(peer);
                           self->parts_.hub.arrivals().Enter([self](ArrivalGate::Place place) {
                             self->strand_->Post([self, place = std::move(place)]() mutable {
                               self->Arrive(std::move(place));
                             });
                           });
                         });
                       });
}

void XdsStream::Arrive(ArrivalGate::Place place) {
  if (Finished()) return;
  place_ = std::move(place);
  // One that says nothing holds up nobody.
  parts_.pool.PostAt(MonotonicNow() + kArrivalPatience, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->strand_->Post([self] { self->place_.Release(); });
  });
  Read();
}

void XdsStream::Changed() {
  if (change_waits_.exchange(true)) return;
  strand_->Post([self = shared_from_this(), told = absl::Now()] {
    self->change_waits_ = false;
    self->told_ = told;
    self->Pump();
  });
}

void XdsStream::Close(const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  if (std::exchange(finished_, true)) return;
  Finish(status);  // under mu_, so that no read or write can follow it
}

StreamReport XdsStream::report() const {
  absl::MutexLock lock(&mu_);
  return report_;
}

void XdsStream::Inspect(ResourceType type, std::function<void(std::vector<ResourcePtr>)> done) {
  strand_->Post(
      [self = shared_from_this(), type, done = std::move(done)] { done(self->state_.Held(type)); });
}

void XdsStream::Read() {
  absl::MutexLock lock(&mu_);
  if (!finished_) StartRead(&incoming_);
}

void XdsStream::OnReadDone(bool ok) {
  if (!ok) return Close(grpc::Status::OK);  // the proxy has said its last
  strand_->Post([self = shared_from_this(), buffer = std::exchange(incoming_, {})]() mutable {
    self->Process(std::move(buffer));
  });
}

bool XdsStream::Writable() const {
  absl::MutexLock lock(&mu_);
  return !writing_ && !finished_;
}

bool XdsStream::Finished() const {
  absl::MutexLock lock(&mu_);
  return finished_;
}

void XdsStream::Write(const Response& response) {
  grpc::ByteBuffer wire = ToWire(variant_, response);
  parts_.metrics.Sent(response.type, wire.Length(), response.resources.size());
  absl::MutexLock lock(&mu_);
  if (finished_) return;
  outgoing_ = std::move(wire);
  writing_ = true;
  StartWrite(&outgoing_);
}

void XdsStream::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mu_);
    writing_ = false;
    outgoing_.Clear();
  }
  if (!ok) return Close({grpc::StatusCode::CANCELLED, "the proxy is gone"});
  strand_->Post([self = shared_from_this()] { self->Pump(); });
}

void XdsStream::OnCancel() { Close({grpc::StatusCode::CANCELLED, "cancelled"}); }

void XdsStream::OnDone() {
  parts_.hub.Leave(this);
  parts_.metrics.StreamClosed(variant_);
  // On the strand, where the node is known, and after all that waits there.
  strand_->Post([self = shared_from_this()] {
    self->place_.Release();
    self->parts_.hub.convergence().Left(self->acknowledged_);
    if (self->node_.has_value()) {
      spdlog::info("proxy {} has left ({})", self->node_->id, self->peer_.address);
    }
  });
  { absl::MutexLock lock(&mu_); }  // whoever called Finish() has let go
  self_.reset();
}

void XdsStream::Process(grpc::ByteBuffer buffer) {
  const ArrivalGate::Place leaves = std::move(place_);
  if (Finished()) return;
  const absl::Status status = variant_ == Variant::kDelta ? ProcessAs<DeltaDiscoveryRequest>(buffer)
                                                          : ProcessAs<DiscoveryRequest>(buffer);
  if (!status.ok()) {
    spdlog::warn("stream of {} ends: {}", node_.has_value() ? node_->id : peer_.address,
                 status.ToString());
    return Close(ToGrpc(status));
  }
  Pump();
  Read();
}

template <typename Request>
absl::Status XdsStream::ProcessAs(grpc::ByteBuffer& buffer) {
  Request request;
  grpc::ProtoBufferReader reader(&buffer);
  if (!request.ParseFromZeroCopyStream(&reader)) {
    return absl::InvalidArgumentError("the request cannot be read: it is no " +
                                      request.GetTypeName());
  }
  buffer.Clear();
  if (!node_.has_value()) {
    if (auto introduced = Introduce(request); !introduced.ok()) return introduced;
  }
  auto event = state_.Receive(request);
  if (!event.ok()) return event.status();
  NoteEvent(*event);
  return absl::OkStatus();
}

template <typename Request>
absl::Status XdsStream::Introduce(const Request& request) {
  if (!request.has_node()) {
    return absl::InvalidArgumentError("the first request of a stream must say its node");
  }
  auto node = translator::ParseNode(request.node());
  if (!node.ok()) return node.status();
  if (auto admitted = parts_.auth.Admit(peer_, *node); !admitted.ok()) return admitted;
  node_ = *std::move(node);
  spdlog::info("proxy {} has come ({}, {}, Envoy {}.{})", node_->id, peer_.address,
               variant_ == Variant::kDelta ? "delta" : "state of the world", node_->envoy.major,
               node_->envoy.minor);
  absl::MutexLock lock(&mu_);
  report_.node_id = node_->id;
  report_.proxy = node_->name;
  report_.cluster = node_->cluster_id;
  report_.node = std::make_shared<const translator::Node>(*node_);
  if (peer_.caller.has_value()) {
    report_.credential = peer_.caller->credential;
    report_.identity = peer_.caller->id.ToString();
  }
  return absl::OkStatus();
}

void XdsStream::NoteEvent(const StreamState::Event& event) {
  if (!event.type.has_value()) {
    parts_.metrics.UnknownTypeAsked();
    if (unknown_types_.size() < kUnknownTypesNoted &&
        unknown_types_.insert(event.type_url).second) {
      spdlog::info("proxy {} asks for {}, which is not served", node_->id, event.type_url);
    }
    return;
  }
  if (event.reception.answer == Reception::Answer::kNack) NoteNack(event);
}

void XdsStream::NoteNack(const StreamState::Event& event) const {
  parts_.metrics.Nacked(*event.type);
  spdlog::error("proxy {} refuses {}: {} (from {})", node_->id,
                std::string(translator::ShortName(*event.type)), event.reception.error,
                OriginsOf(Blamed(event.reception)));
}

void XdsStream::Aim() {
  PushTarget target = parts_.hub.target();
  if (target.snapshot == nullptr || target == aimed_at_) return;
  state_.Aim(parts_.hub.OfferFor(*node_, target));
  aimed_at_ = std::move(target);
  push_sent_something_ = false;
  converged_ = false;
}

void XdsStream::Pump() {
  if (!node_.has_value() || Finished()) return;
  Aim();
  if (Writable()) SendNext();
  NoteProgress();
  Publish();
}

void XdsStream::SendNext() {
  std::optional<ClassTurn::Held> turn;
  if (state_.LacksOffer()) {
    turn = state_.offer()->TakeTurn(
        [self = shared_from_this()] { self->strand_->Post([self] { self->Pump(); }); });
    if (!turn.has_value()) return;
  }
  if (auto response = state_.Next(MonotonicNow()); response.has_value()) {
    push_sent_something_ = true;
    Write(*response);
  }
  ArmWake();
}

void XdsStream::NoteProgress() {
  if (converged_ || !state_.Settled()) return;
  converged_ = true;
  strand_->set_lane(Lane::kServed);
  const absl::Time now = absl::Now();
  const uint64_t before = std::exchange(acknowledged_, state_.offer()->revision());
  for (const absl::Duration took : parts_.hub.convergence().Reached(before, acknowledged_, now)) {
    parts_.metrics.AllConverged(took);
  }
  if (!push_sent_something_) return;
  // A first configuration follows from the proxy's coming, not from a change.
  if (told_ == absl::Time()) return;
  parts_.metrics.Pushed(now - told_);
  if (state_.offer()->seen() != absl::InfinitePast()) {
    parts_.metrics.Converged(now - state_.offer()->seen());
  }
}

void XdsStream::ArmWake() {
  const absl::Time wake = state_.WakeAt();
  if (wake == wake_ || wake == absl::InfiniteFuture()) return;
  wake_ = wake;
  parts_.pool.PostAt(wake, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->strand_->Post([self] { self->Pump(); });
  });
}

void XdsStream::Publish() {
  auto types = state_.statuses();
  const ResourcePtr bundle = state_.Acknowledged(ResourceType::kSecret, kTrustBundleName);
  absl::MutexLock lock(&mu_);
  report_.types = std::move(types);
  report_.asks_for_trust_bundle = state_.Wants(ResourceType::kSecret, kTrustBundleName);
  report_.trust_bundle = bundle == nullptr ? "" : bundle->version();
  report_.revision = state_.offer() == nullptr ? 0 : state_.offer()->revision();
}

}  // namespace binnacle::server
