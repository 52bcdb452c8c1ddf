// tests/ca/set_clock.h
//
// A clock that stands where the test puts it.
//
// Threads  safe to call from any thread.
#pragma once

#include <atomic>

#include "absl/time/time.h"
#include "ca/clock.h"

namespace binnacle::ca {

class SetClock final : public Clock {
 public:
  explicit SetClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}

  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace binnacle::ca
