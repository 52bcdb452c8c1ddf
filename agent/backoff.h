// agent/backoff.h
//
// How long to wait before trying again: doubling, up to a bound, with jitter so
// that many agents do not come at once.
//
// Threads  one at a time.
#pragma once

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace binnacle::agent {

class Backoff {
 public:
  Backoff(absl::Duration initial, absl::Duration max) : initial_(initial), max_(max) {}

  // The next wait: within 20% of twice the one before.
  absl::Duration Next();
  void Reset() { failures_ = 0; }

  // The wait after that many failures (from 1), without jitter.
  static absl::Duration Delay(int failures, absl::Duration initial, absl::Duration max);

 private:
  const absl::Duration initial_;
  const absl::Duration max_;
  int failures_ = 0;
  absl::BitGen random_;
};

}  // namespace binnacle::agent
