// server/xds_stream.h
//
// One proxy's stream, from its first request to OnDone(): moves messages
// between gRPC and the StreamState.
//
// One request is read at a time, and one response of each type is under way: a
// proxy that is slow or stuck costs no more than that, and what changes
// meanwhile is told it in one piece.
//
// Owner    itself, until OnDone(); the hub and waiting tasks share it.
// Threads  gRPC's threads only move buffers and post tasks. All protocol state
//          belongs to the stream's strand on the translation pool.
// Errors   a request that cannot be read, or a bad node: the stream ends with
//          INVALID_ARGUMENT; a peer that may not be who its node says:
//          UNAUTHENTICATED or PERMISSION_DENIED.
// Spec     xDS protocol; gRPC callback API.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/arrival_gate.h"
#include "server/metrics.h"
#include "server/node_auth.h"
#include "server/proxy_stream.h"
#include "server/push_hub.h"
#include "server/stream_state.h"
#include "server/translation_pool.h"

namespace binnacle::server {

// What every stream works with; all of it outlives them.
struct StreamParts {
  PushHub& hub;
  TranslationPool& pool;
  Metrics& metrics;
  const NodeAuth& auth;
};

using RawReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class XdsStream final : public RawReactor,
                        public ProxyStream,
                        public std::enable_shared_from_this<XdsStream> {
 public:
  // `only`: the type of a single-type service.
  static RawReactor* Start(const StreamParts& parts, const grpc::CallbackServerContext& context,
                           Variant variant, std::optional<ResourceType> only);

  XdsStream(const StreamParts& parts, const std::string& address, Variant variant,
            std::optional<ResourceType> only);

  void Changed() override;
  void RefusalsChanged(const Refusals* refusals) override;
  void Close(const grpc::Status& status) override ABSL_LOCKS_EXCLUDED(mu_);
  StreamReport report() const override ABSL_LOCKS_EXCLUDED(mu_);
  void Inspect(ResourceType type, std::function<void(std::vector<ResourcePtr>)> done) override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Reads nothing before it is known who asks, and it is its turn.
  void Begin(std::string address, ca::Credentials credentials);
  void Arrive(ArrivalGate::Place place);
  void Read() ABSL_LOCKS_EXCLUDED(mu_);
  void Write(const Response& response) ABSL_LOCKS_EXCLUDED(mu_);
  bool Finished() const ABSL_LOCKS_EXCLUDED(mu_);

  // On the strand.
  void Process(grpc::ByteBuffer& buffer);
  template <typename Request>
  absl::Status ProcessAs(grpc::ByteBuffer& buffer);
  template <typename Request>
  absl::Status Introduce(const Request& request);
  void NoteEvent(const StreamState::Event& event);
  void NoteNack(const StreamState::Event& event) const;
  void LogGuilty(const StreamState::Event& event, const StreamState::Event::Guilty& guilty) const;
  void TellRefusals();
  void KeepClass();
  void Pump();
  void Aim();
  void SendNext();
  void NoteRefusedHosts(size_t count);
  void NoteProgress();
  void ArmWake();
  void Publish() ABSL_LOCKS_EXCLUDED(mu_);

  const StreamParts parts_;
  const std::shared_ptr<Strand> strand_;
  const Variant variant_;

  // Of the strand alone.
  Peer peer_;
  ArrivalGate::Place place_;  // until its first request is answered
  StreamState state_;
  std::shared_ptr<const translator::Node> node_;
  std::shared_ptr<ClassOffer> offer_;  // that state_ aims at
  absl::flat_hash_set<std::string> unknown_types_;
  PushTarget aimed_at_;
  absl::Time wake_ = absl::InfiniteFuture();
  absl::Time told_;                   // when the hub last spoke
  bool push_sent_something_ = false;  // for the offer aimed at
  bool told_of_refused_hosts_ = false;
  bool converged_ = true;
  uint64_t acknowledged_ = 0;  // revision of which all is; 0: none yet

  std::atomic<bool> change_waits_{false};
  std::atomic<bool> refusal_waits_{false};
  std::atomic<const Refusals*> refusals_{nullptr};  // of its class; to compare only
  mutable absl::Mutex mu_;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  // The first is gRPC's from StartWrite to OnWriteDone.
  std::list<grpc::ByteBuffer> outgoing_ ABSL_GUARDED_BY(mu_);
  StreamReport report_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<XdsStream> self_;  // until OnDone()
  grpc::ByteBuffer incoming_;        // gRPC's from StartRead to OnReadDone
};

}  // namespace binnacle::server
