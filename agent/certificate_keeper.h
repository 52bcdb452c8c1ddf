// agent/certificate_keeper.h
//
// Keeps a valid certificate at hand: has the first one made, renews it in time,
// and while the control plane is away keeps the last one and says so.
//
// Threads  one of its own asks; `taken` runs on it. The rest is safe to call
//          from any thread.
// Errors   none end it: it tries again, and tells of each change in the log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ca/clock.h"
#include "ca/workload_certificate.h"

namespace binnacle::agent {

class CertificateKeeper {
 public:
  struct State {
    ca::WorkloadCertificatePtr certificate;  // nullptr: none yet
    absl::Time next_try;
    absl::Status last_error;  // OK if the last try succeeded
    uint64_t issued = 0;
    uint64_t failed = 0;
  };
  using Request =
      std::function<absl::StatusOr<ca::WorkloadCertificatePtr>(const ca::WorkloadCertificate*)>;
  using Taken = std::function<void(const ca::WorkloadCertificatePtr&)>;

  CertificateKeeper(Request request, Taken taken, const ca::Clock& clock)
      : request_(std::move(request)), taken_(std::move(taken)), clock_(clock) {}
  ~CertificateKeeper() { Stop(); }

  void Start();
  // `request` must return soon after this was called.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  State state() const ABSL_LOCKS_EXCLUDED(mu_);
  // True once there is a certificate, false if stopped before.
  bool WaitForFirst() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void KeepOn();
  void Try();
  void Succeeded(ca::WorkloadCertificatePtr certificate);
  void Failed(const absl::Status& why);
  void TellOfFailure(const absl::Status& why, const ca::WorkloadCertificate* current,
                     absl::Duration delay);
  bool WaitForNextTry() ABSL_LOCKS_EXCLUDED(mu_);
  double Jitter() { return absl::Uniform(random_, -1.0, 1.0); }

  const Request request_;
  const Taken taken_;
  const ca::Clock& clock_;
  mutable absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  State state_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
  // The thread's own.
  absl::BitGen random_;
  int failures_ = 0;  // in a row
  std::string told_;  // of the trouble, in the log
};

}  // namespace binnacle::agent
