#include "server/push_hub.h"

#include <utility>

namespace binnacle::server {

void PushHub::Publish(std::shared_ptr<const mesh::Snapshot> snapshot) {
  {
    absl::MutexLock lock(&mu_);
    if (snapshot_ == snapshot) return;
    snapshot_ = std::move(snapshot);
    offers_.clear();
  }
  for (const auto& stream : streams()) stream->Changed();
}

std::shared_ptr<Offer> PushHub::OfferFor(const translator::Node& node,
                                         const std::shared_ptr<const mesh::Snapshot>& snapshot) {
  auto proxy_class = translator_.Classify(node, *snapshot);
  absl::MutexLock lock(&mu_);
  if (snapshot != snapshot_) {
    // A newer one came meanwhile: this stream has been told, and comes again.
    return std::make_shared<ClassOffer>(translator_, std::move(proxy_class), snapshot);
  }
  std::weak_ptr<ClassOffer>& known = offers_[proxy_class.get()];
  std::shared_ptr<ClassOffer> offer = known.lock();
  if (offer == nullptr) {
    offer = std::make_shared<ClassOffer>(translator_, std::move(proxy_class), snapshot);
    known = offer;
  }
  return offer;
}

bool PushHub::Join(std::shared_ptr<ProxyStream> stream) {
  absl::MutexLock lock(&mu_);
  if (closed_) return false;
  const ProxyStream* key = stream.get();
  streams_.emplace(key, std::move(stream));
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

std::shared_ptr<const mesh::Snapshot> PushHub::snapshot() const {
  absl::MutexLock lock(&mu_);
  return snapshot_;
}

}  // namespace binnacle::server
