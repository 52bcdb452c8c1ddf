#include "server/push_hub.h"

#include <utility>

namespace binnacle::server {

void PushHub::Publish(std::shared_ptr<const mesh::Snapshot> snapshot) {
  {
    absl::MutexLock lock(&mu_);
    if (target_.snapshot == snapshot) return;
    target_.snapshot = std::move(snapshot);
    offers_.clear();
  }
  TellStreams();
}

void PushHub::PublishTrustBundle(translator::ResourcePtr bundle) {
  {
    absl::MutexLock lock(&mu_);
    target_.trust_bundle = std::move(bundle);
    offers_.clear();
  }
  TellStreams();
}

void PushHub::TellStreams() const {
  for (const auto& stream : streams()) stream->Changed();
}

std::shared_ptr<Offer> PushHub::OfferFor(const translator::Node& node, const PushTarget& target) {
  auto proxy_class = translator_.Classify(node, *target.snapshot);
  absl::MutexLock lock(&mu_);
  if (target != target_) {
    // A newer one came meanwhile: this stream has been told, and comes again.
    return std::make_shared<ClassOffer>(translator_, std::move(proxy_class), target);
  }
  std::weak_ptr<ClassOffer>& known = offers_[proxy_class.get()];
  std::shared_ptr<ClassOffer> offer = known.lock();
  if (offer == nullptr) {
    offer = std::make_shared<ClassOffer>(translator_, std::move(proxy_class), target);
    known = offer;
  }
  return offer;
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
