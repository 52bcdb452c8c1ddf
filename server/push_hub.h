// server/push_hub.h
//
// Where new snapshots and trust bundles come in and from where every stream takes what it is to
// hold. Work for a class of proxies is done once per snapshot, by the first
// stream that asks.
//
// Threads  safe to call from any thread. OfferFor() computes: translation pool
//          only.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "mesh/snapshot.h"
#include "server/arrival_gate.h"
#include "server/class_offer.h"
#include "server/class_turn.h"
#include "server/convergence.h"
#include "server/credential_ledger.h"
#include "server/proxy_stream.h"
#include "server/push_target.h"
#include "server/refusal_ledger.h"
#include "translator/node.h"
#include "translator/translator.h"

namespace binnacle::server {

class PushHub {
 public:
  // First requests that are read at one time.
  static constexpr size_t kArrivalsAtOnce = 64;

  // `made` is told how long each set of resources took to make.
  explicit PushHub(translator::Translator& translator,
                   std::function<void(absl::Duration)> made = nullptr)
      : translator_(translator), made_(std::move(made)) {}

  // Before the first call no stream is answered. False if it is what was
  // published last.
  bool Publish(std::shared_ptr<const mesh::Snapshot> snapshot) ABSL_LOCKS_EXCLUDED(mu_);
  void PublishTrustBundle(translator::ResourcePtr bundle) ABSL_LOCKS_EXCLUDED(mu_);

  // `target` as target() gave it, with a snapshot.
  std::shared_ptr<ClassOffer> OfferFor(const translator::Node& node, const PushTarget& target)
      ABSL_LOCKS_EXCLUDED(mu_);

  // False when the server is going down: the stream is then not kept.
  bool Join(const std::shared_ptr<ProxyStream>& stream) ABSL_LOCKS_EXCLUDED(mu_);
  void Leave(const ProxyStream* stream) ABSL_LOCKS_EXCLUDED(mu_);
  std::vector<std::shared_ptr<ProxyStream>> streams() const ABSL_LOCKS_EXCLUDED(mu_);

  // Ends every stream with UNAVAILABLE and lets no more in.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

  // Proxies of its class have refused something, or taken it after all.
  void RefusalsChanged(const std::shared_ptr<Refusals>& refusals) ABSL_LOCKS_EXCLUDED(mu_);
  const RefusalLedger& refusals() const { return refusals_; }

  // What gateways of connected classes lack.
  const CredentialLedger& credentials() const { return credentials_; }

  PushTarget target() const ABSL_LOCKS_EXCLUDED(mu_);
  Convergence& convergence() { return convergence_; }
  // Through which streams that come.
  ArrivalGate& arrivals() { return arrivals_; }
  // Classes of proxies that something has been asked for since the last change.
  size_t class_count() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void TellStreams() const ABSL_LOCKS_EXCLUDED(mu_);
  void Aim() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<ClassOffer> NewOffer(std::shared_ptr<const translator::ProxyClass> proxy_class,
                                       const PushTarget& target) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  translator::Translator& translator_;
  const std::function<void(absl::Duration)> made_;
  Convergence convergence_;
  RefusalLedger refusals_;
  CredentialLedger credentials_;
  ArrivalGate arrivals_{kArrivalsAtOnce};
  mutable absl::Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  PushTarget target_ ABSL_GUARDED_BY(mu_);
  // Of the newest target. An offer lives as long as a stream aims at it.
  absl::flat_hash_map<const translator::ProxyClass*, std::weak_ptr<ClassOffer>> offers_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<const translator::ProxyClass*, std::shared_ptr<ClassTurn>> turns_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<const ProxyStream*, std::shared_ptr<ProxyStream>> streams_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
