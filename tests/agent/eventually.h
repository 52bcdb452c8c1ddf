// tests/agent/eventually.h
//
// Waiting for something to become true, with a deadline.
#pragma once

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace binnacle::agent {

inline bool Eventually(const std::function<bool()>& done,
                       absl::Duration patience = absl::Seconds(20)) {
  const absl::Time deadline = absl::Now() + patience;
  while (!done()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace binnacle::agent
