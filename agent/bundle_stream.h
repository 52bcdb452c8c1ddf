// agent/bundle_stream.h
//
// The agent's subscription to the trust bundle of its control plane: the secret
// `ROOTCA` over SDS, with the agent's certificate.
//
// A bundle is acknowledged only when it is in effect here, that is when every
// stream of the local Envoy that asks for roots has taken it (or none is open);
// if Envoy refuses it, it is refused. The control plane changes the root that
// it signs with when everybody has acknowledged: this answer is what that
// rests on.
//
// Threads  one of its own; reactions on gRPC's.
// Errors   none end it: it connects again, with backoff, and tells of each
//          change in the log.
// Spec     Envoy v3 SecretDiscoveryService, StreamSecrets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/acknowledgements.h"
#include "agent/server_address.h"
#include "ca/clock.h"
#include "ca/workload_certificate.h"
#include "envoy/config/core/v3/base.pb.h"

namespace binnacle::agent {

struct BundleStreamParts {
  ServerAddress server;
  envoy::config::core::v3::Node node;
  std::function<std::string()> server_roots;                // PEM
  std::function<ca::WorkloadCertificatePtr()> certificate;  // the newest
  // Puts a bundle into effect; returns the version of the secret that holds it.
  std::function<absl::StatusOr<std::string>(absl::string_view pem)> take;
  Acknowledgements& acknowledgements;
  const ca::Clock& clock;
};

class BundleStream {
 public:
  explicit BundleStream(BundleStreamParts parts);
  ~BundleStream();

  void Start();
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // When the control plane's bundle last came, and whether the stream is up.
  struct State {
    bool connected = false;
    std::string version;       // the control plane's, last taken; empty: none yet
    std::string acknowledged;  // likewise, last acknowledged
  };
  State state() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  class Session;

  void KeepOn();
  absl::Status RunSession() ABSL_LOCKS_EXCLUDED(mu_);
  void TellOfEnd(const absl::Status& why);
  void OnAcknowledgement() ABSL_LOCKS_EXCLUDED(mu_);
  void NoteTaken(const std::string& version) ABSL_LOCKS_EXCLUDED(mu_);
  void NoteAcknowledged(const std::string& version) ABSL_LOCKS_EXCLUDED(mu_);

  const BundleStreamParts parts_;
  mutable absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::shared_ptr<Session> session_ ABSL_GUARDED_BY(mu_);
  State state_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
  std::string told_;  // the thread's own: of the trouble, in the log
};

}  // namespace binnacle::agent
