// agent/envoy_process.h
//
// Keeps an Envoy running: starts it, starts it again with backoff when it ends,
// and ends it in order when told.
//
// Threads  one of its own starts the processes and lives until the last one has
//          ended (child_process.h says why). Start() and Stop() from one
//          thread; the rest from any.
// Errors   none end it: an Envoy that cannot be run, or ends again and again,
//          is tried again, and the log says so.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace binnacle::agent {

struct RestartPolicy {
  absl::Duration first_wait = absl::Seconds(1);
  absl::Duration longest_wait = absl::Seconds(30);
  absl::Duration healthy_after = absl::Minutes(1);  // then the waits begin anew
  absl::Duration end_patience = absl::Seconds(5);   // from SIGTERM to SIGKILL
};

class EnvoyProcess {
 public:
  EnvoyProcess(std::vector<std::string> command, RestartPolicy policy);
  ~EnvoyProcess();

  void Start();
  // Waits for `drain` first (`begin_drain` asks Envoy to; both only if one
  // runs), then ends it: SIGTERM, and SIGKILL when that does not help.
  void Stop(absl::Duration drain, const std::function<void()>& begin_drain)
      ABSL_LOCKS_EXCLUDED(mu_);

  struct State {
    bool running = false;
    int pid = 0;
    uint64_t starts = 0;
    std::string last_end;  // how the last one ended; empty: none has
  };
  State state() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void KeepOn();
  // Until it ends or is to be ended. True if it ended by itself.
  bool RunOnce(absl::Duration& lived);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);

  const std::vector<std::string> command_;
  const RestartPolicy policy_;
  int wake_file_;  // an eventfd: readable once Stop() was called
  mutable absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  State state_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace binnacle::agent
