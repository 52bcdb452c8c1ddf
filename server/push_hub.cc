#include "server/push_hub.h"

#include <utility>

#include "absl/time/clock.h"

namespace binnacle::server {

bool PushHub::Publish(std::shared_ptr<const mesh::Snapshot> snapshot) {
  {
    absl::MutexLock lock(&mu_);
    if (target_.snapshot == snapshot) return false;
    convergence_.Published(snapshot->revision(), snapshot->seen());
    target_.snapshot = std::move(snapshot);
    Aim();
  }
  TellStreams();
  return true;
}

void PushHub::Aim() {
  offers_.clear();
  absl::erase_if(turns_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

void PushHub::PublishTrustBundle(translator::ResourcePtr bundle) {
  {
    absl::MutexLock lock(&mu_);
    target_.trust_bundle = std::move(bundle);
    Aim();
  }
  TellStreams();
}

void PushHub::TellStreams() const {
  for (const auto& stream : streams()) stream->Changed();
}

std::shared_ptr<ClassOffer> PushHub::OfferFor(const translator::Node& node,
                                              const PushTarget& target) {
  auto proxy_class = translator_.Classify(node, *target.snapshot);
  bool first = false;
  bool is_new = false;
  std::shared_ptr<ClassOffer> offer;
  {
    absl::MutexLock lock(&mu_);
    // A newer one came meanwhile: this stream has been told, and comes again.
    if (target != target_) return NewOffer(std::move(proxy_class), target);
    first = offers_.empty();
    std::weak_ptr<ClassOffer>& known = offers_[proxy_class.get()];
    offer = known.lock();
    is_new = offer == nullptr;
    if (is_new) {
      offer = NewOffer(proxy_class, target);
      known = offer;
    }
  }
  // Classes without a proxy have nobody else who does.
  if (first) refusals_.Review(translator_, *target.snapshot, absl::Now());
  if (is_new && proxy_class->type == translator::ProxyType::kGateway) {
    credentials_.Note(proxy_class, target.snapshot->revision(),
                      translator_.CredentialFaults(*proxy_class, *target.snapshot));
  }
  return offer;
}

std::shared_ptr<ClassOffer> PushHub::NewOffer(
    std::shared_ptr<const translator::ProxyClass> proxy_class, const PushTarget& target) {
  std::shared_ptr<ClassTurn>& turn = turns_[proxy_class.get()];
  if (turn == nullptr) turn = std::make_shared<ClassTurn>();
  auto refusals = refusals_.Of(proxy_class);
  return std::make_shared<ClassOffer>(translator_, std::move(proxy_class), target, turn,
                                      std::move(refusals), made_);
}

void PushHub::RefusalsChanged(const std::shared_ptr<Refusals>& refusals) {
  refusals_.Keep(refusals, absl::Now());
  for (const auto& stream : streams()) stream->RefusalsChanged(refusals.get());
}

size_t PushHub::class_count() const {
  absl::MutexLock lock(&mu_);
  return offers_.size();
}

bool PushHub::Join(const std::shared_ptr<ProxyStream>& stream) {
  absl::MutexLock lock(&mu_);
  if (closed_) return false;
  streams_.emplace(stream.get(), stream);
  return true;
}

void PushHub::Leave(const ProxyStream* stream) {
  std::shared_ptr<ProxyStream> gone;  // outlives the lock
  absl::MutexLock lock(&mu_);
  auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  gone = std::move(it->second);
  streams_.erase(it);
}

std::vector<std::shared_ptr<ProxyStream>> PushHub::streams() const {
  absl::MutexLock lock(&mu_);
  std::vector<std::shared_ptr<ProxyStream>> streams;
  streams.reserve(streams_.size());
  for (const auto& [key, stream] : streams_) streams.push_back(stream);
  return streams;
}

void PushHub::Close() {
  {
    absl::MutexLock lock(&mu_);
    closed_ = true;
  }
  for (const auto& stream : streams()) {
    stream->Close(grpc::Status(grpc::StatusCode::UNAVAILABLE, "binnacled is shutting down"));
  }
}

PushTarget PushHub::target() const {
  absl::MutexLock lock(&mu_);
  return target_;
}

}  // namespace binnacle::server
