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
#include "grpcpp/support/slice.h"
#include "server/delta_request.h"
#include "server/response.h"
#include "server/subscription_delta.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {

using envoy::service::discovery::v3::DiscoveryRequest;

namespace {

constexpr size_t kOriginsTold = 8;
// So that a hostile client cannot fill the log or our memory with names.
constexpr size_t kUnknownTypesNoted = 16;
constexpr absl::Duration kArrivalPatience = absl::Seconds(1);
constexpr absl::Duration kClassKept = absl::Minutes(1);

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

template <typename Request>
absl::StatusOr<Request> ReadRequest(grpc::ByteBuffer& buffer);

template <>
absl::StatusOr<DiscoveryRequest> ReadRequest(grpc::ByteBuffer& buffer) {
  DiscoveryRequest request;
  grpc::ProtoBufferReader reader(&buffer);
  if (request.ParseFromZeroCopyStream(&reader)) return request;
  return absl::InvalidArgumentError("the request cannot be read: it is no " +
                                    request.GetTypeName());
}

template <>
absl::StatusOr<DeltaRequest> ReadRequest(grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return absl::InvalidArgumentError("the request cannot be read");
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return DeltaRequest::Parse(std::move(bytes));
}

std::string ObjectText(const policy::Origin& origin) {
  if (origin.object == nullptr) return origin.ToString();
  return absl::StrCat(origin.object->ToString(), " (", origin.ToString(), ")");
}

std::string OriginsText(const translator::Origins& origins) {
  std::vector<std::string> texts;
  for (const policy::Origin& origin : origins) {
    if (texts.size() == kOriginsTold) return absl::StrCat(absl::StrJoin(texts, ", "), ", ...");
    texts.push_back(ObjectText(origin));
  }
  return texts.empty() ? "no policy object" : absl::StrJoin(texts, ", ");
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
    self->Process(buffer);
  });
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
  outgoing_.emplace_back().Swap(&wire);  // to move it would be to copy it
  if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
}

void XdsStream::OnWriteDone(bool ok) {
  if (!ok) return Close({grpc::StatusCode::CANCELLED, "the proxy is gone"});
  absl::MutexLock lock(&mu_);
  outgoing_.pop_front();
  if (!finished_ && !outgoing_.empty()) StartWrite(&outgoing_.front());
}

void XdsStream::OnCancel() { Close({grpc::StatusCode::CANCELLED, "cancelled"}); }

void XdsStream::OnDone() {
  parts_.hub.Leave(this);
  parts_.metrics.StreamClosed(variant_);
  // On the strand, where the node is known, and after all that waits there.
  strand_->Post([self = shared_from_this()] {
    self->place_.Release();
    self->parts_.hub.convergence().Left(self->acknowledged_);
    self->KeepClass();
    if (self->node_ != nullptr) {
      spdlog::info("proxy {} has left ({})", self->node_->id, self->peer_.address);
    }
  });
  { absl::MutexLock lock(&mu_); }  // whoever called Finish() has let go
  self_.reset();
}

// Proxies that all lose their streams at once come back soon: what was made for
// their class waits for them.
void XdsStream::KeepClass() {
  if (offer_ == nullptr) return;
  parts_.pool.PostAt(MonotonicNow() + kClassKept, [kept = offer_->proxy_class()] {});
}

void XdsStream::Process(grpc::ByteBuffer& buffer) {
  const ArrivalGate::Place leaves = std::move(place_);
  if (Finished()) return;
  const absl::Status status = variant_ == Variant::kDelta ? ProcessAs<DeltaRequest>(buffer)
                                                          : ProcessAs<DiscoveryRequest>(buffer);
  if (!status.ok()) {
    spdlog::warn("stream of {} ends: {}", node_ != nullptr ? node_->id : peer_.address,
                 status.ToString());
    return Close(ToGrpc(status));
  }
  Pump();
  Read();
}

template <typename Request>
absl::Status XdsStream::ProcessAs(grpc::ByteBuffer& buffer) {
  const absl::StatusOr<Request> request = ReadRequest<Request>(buffer);
  if (!request.ok()) return request.status();
  buffer.Clear();
  if (node_ == nullptr) {
    if (auto introduced = Introduce(*request); !introduced.ok()) return introduced;
  }
  auto event = state_.Receive(*request);
  if (!event.ok()) return event.status();
  NoteEvent(*event);
  return absl::OkStatus();
}

template <typename Request>
absl::Status XdsStream::Introduce(const Request& request) {
  if (!request.has_node()) {
    return absl::InvalidArgumentError("the first request of a stream must say its node");
  }
  const absl::StatusOr<envoy::config::core::v3::Node> message = request.node();
  if (!message.ok()) return message.status();
  auto node = translator::ParseNode(*message);
  if (!node.ok()) return node.status();
  if (auto admitted = parts_.auth.Admit(peer_, *node); !admitted.ok()) return admitted;
  node->on_demand_hosts = node->on_demand_hosts && state_.ServesVirtualHosts();
  node_ = std::make_shared<const translator::Node>(*std::move(node));
  state_.set_proxy(node_->name.empty() ? node_->id : node_->name);
  spdlog::info("proxy {} has come ({}, {}, Envoy {}.{})", node_->id, peer_.address,
               variant_ == Variant::kDelta ? "delta" : "state of the world", node_->envoy.major,
               node_->envoy.minor);
  absl::MutexLock lock(&mu_);
  report_.node_id = node_->id;
  report_.proxy = node_->name;
  report_.cluster = node_->cluster_id;
  report_.node = node_;
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
  for (const auto& guilty : event.guilty) {
    for (const policy::Origin& origin :
         OriginsOf(*guilty.suspect.resource, guilty.suspect.part.name)) {
      if (origin.object != nullptr) parts_.metrics.ObjectNacked(*origin.object);
    }
    LogGuilty(event, guilty);
  }
  if (!event.guilty.empty()) return;
  spdlog::warn("proxy {} refuses {}: {} ({})", node_->id,
               std::string(translator::ShortName(*event.type)), event.reception.error,
               event.searching ? "what is to blame is being found out by sending parts of it"
                               : "of what it had taken before");
}

// Once for each refused version, however many proxies refuse it.
void XdsStream::LogGuilty(const StreamState::Event& event,
                          const StreamState::Event::Guilty& guilty) const {
  const Suspect& suspect = guilty.suspect;
  const auto level = guilty.news ? spdlog::level::err : spdlog::level::debug;
  const std::string& part = suspect.part.name;
  spdlog::log(level, "proxy {} refuses {} {}{}: {}; withheld from its class; shaped by {}",
              node_->id, std::string(translator::ShortName(*event.type)), suspect.name(),
              part.empty() ? "" : absl::StrCat(", virtual host ", part), event.reception.error,
              OriginsText(OriginsOf(*suspect.resource, part)));
}

void XdsStream::TellRefusals() {
  if (state_.TakeNews()) parts_.hub.RefusalsChanged(offer_->shared_refusals());
}

void XdsStream::RefusalsChanged(const Refusals* refusals) {
  if (refusals_.load(std::memory_order_acquire) != refusals) return;
  if (refusal_waits_.exchange(true)) return;
  strand_->Post([self = shared_from_this()] {
    self->refusal_waits_ = false;
    self->Pump();
  });
}

void XdsStream::Aim() {
  PushTarget target = parts_.hub.target();
  if (target.snapshot == nullptr || target == aimed_at_) return;
  offer_ = parts_.hub.OfferFor(*node_, target);
  refusals_.store(offer_->shared_refusals().get(), std::memory_order_release);
  state_.Aim(offer_);
  aimed_at_ = std::move(target);
  push_sent_something_ = false;
  converged_ = false;
}

void XdsStream::Pump() {
  if (node_ == nullptr || Finished()) return;
  Aim();
  SendNext();
  TellRefusals();
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
  while (const auto response = state_.Next(MonotonicNow())) {
    push_sent_something_ = true;
    if (response->refused != 0) NoteRefusedHosts(response->refused);
    Write(*response);
  }
  ArmWake();
}

void XdsStream::NoteRefusedHosts(size_t count) {
  parts_.metrics.RefusedHosts(count);
  if (std::exchange(told_of_refused_hosts_, true)) return;
  spdlog::warn(
      "proxy {} has asked for {} hosts, as many as it may: requests for others are answered 404; "
      "without --on-demand-hosts there is no bound",
      node_->id, SubscriptionDelta::kMostVirtualHosts);
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
