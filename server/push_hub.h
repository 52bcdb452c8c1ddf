// server/push_hub.h
//
// Where new snapshots and trust bundles come in and from where every stream takes what it is to
// hold. Work for a class of proxies is done once per snapshot, by the first
// stream that asks.
//
// Threads  safe to call from any thread. OfferFor() computes: translation pool
//          only.
#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "mesh/snapshot.h"
#include "server/class_offer.h"
#include "server/proxy_stream.h"
#include "server/push_target.h"
#include "translator/node.h"
#include "translator/translator.h"

namespace binnacle::server {

class PushHub {
 public:
  explicit PushHub(translator::Translator& translator) : translator_(translator) {}

  // Before the first call no stream is answered.
  void Publish(std::shared_ptr<const mesh::Snapshot> snapshot) ABSL_LOCKS_EXCLUDED(mu_);
  void PublishTrustBundle(translator::ResourcePtr bundle) ABSL_LOCKS_EXCLUDED(mu_);

  // `target` as target() gave it, with a snapshot.
  std::shared_ptr<Offer> OfferFor(const translator::Node& node, const PushTarget& target)
      ABSL_LOCKS_EXCLUDED(mu_);

  // False when the server is going down: the stream is then not kept.
  bool Join(const std::shared_ptr<ProxyStream>& stream) ABSL_LOCKS_EXCLUDED(mu_);
  void Leave(const ProxyStream* stream) ABSL_LOCKS_EXCLUDED(mu_);
  std::vector<std::shared_ptr<ProxyStream>> streams() const ABSL_LOCKS_EXCLUDED(mu_);

  // Ends every stream with UNAVAILABLE and lets no more in.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

  PushTarget target() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void TellStreams() const ABSL_LOCKS_EXCLUDED(mu_);

  translator::Translator& translator_;
  mutable absl::Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  PushTarget target_ ABSL_GUARDED_BY(mu_);
  // Of the newest target. An offer lives as long as a stream aims at it.
  absl::flat_hash_map<const translator::ProxyClass*, std::weak_ptr<ClassOffer>> offers_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<const ProxyStream*, std::shared_ptr<ProxyStream>> streams_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
