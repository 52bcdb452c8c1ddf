#include "agent/backoff.h"

#include <algorithm>

namespace binnacle::agent {

absl::Duration Backoff::Next() {
  if (failures_ < 30) ++failures_;
  return Delay(failures_, initial_, max_) * absl::Uniform(random_, 0.8, 1.2);
}

absl::Duration Backoff::Delay(int failures, absl::Duration initial, absl::Duration max) {
  absl::Duration delay = initial;
  for (int i = 1; i < failures && delay < max; ++i) delay *= 2;
  return std::min(delay, max);
}

}  // namespace binnacle::agent
