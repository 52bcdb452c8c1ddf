// agent/acknowledgements.h
//
// Which version of each secret each stream of the local Envoy has taken or
// refused.
//
// The control plane must hear that a new trust bundle is in effect here only
// when it is: see bundle_stream.h.
//
// Threads  safe to call from any thread. The listener runs on the thread of
//          whoever reports, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace binnacle::agent {

class Acknowledgements {
 public:
  enum class Answer : uint8_t {
    kWaiting,  // a stream that subscribes has not answered yet
    kTaken,    // all have taken it, or there is none
    kRefused,  // at least one has refused it
  };
  struct Verdict {
    Answer answer = Answer::kTaken;
    std::string why;  // of a refusal
  };

  uint64_t Join() ABSL_LOCKS_EXCLUDED(mu_);  // a stream; returns what to call it
  void Leave(uint64_t stream) ABSL_LOCKS_EXCLUDED(mu_, listener_mu_);
  // `held`: the version that the stream says it has; empty: none.
  void Subscribed(uint64_t stream, const std::string& name, const std::string& held)
      ABSL_LOCKS_EXCLUDED(mu_, listener_mu_);
  void Unsubscribed(uint64_t stream, const std::string& name)
      ABSL_LOCKS_EXCLUDED(mu_, listener_mu_);
  void Taken(uint64_t stream, const std::string& name, const std::string& version)
      ABSL_LOCKS_EXCLUDED(mu_, listener_mu_);
  void Refused(uint64_t stream, const std::string& name, const std::string& version,
               const std::string& why) ABSL_LOCKS_EXCLUDED(mu_, listener_mu_);

  Verdict Of(const std::string& name, const std::string& version) const ABSL_LOCKS_EXCLUDED(mu_);
  size_t streams() const ABSL_LOCKS_EXCLUDED(mu_);

  // Called after each change, until another is set (empty: none).
  void SetListener(std::function<void()> changed) ABSL_LOCKS_EXCLUDED(listener_mu_);

 private:
  struct Held {
    std::string taken;
    std::string refused;
    std::string why;
  };
  using Stream = std::map<std::string, Held>;  // by the name of the secret

  void Tell() ABSL_LOCKS_EXCLUDED(listener_mu_);

  mutable absl::Mutex mu_;
  std::map<uint64_t, Stream> streams_ ABSL_GUARDED_BY(mu_);
  uint64_t last_stream_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Mutex listener_mu_;
  std::function<void()> listener_ ABSL_GUARDED_BY(listener_mu_);
};

}  // namespace binnacle::agent
