#include "agent/renewal.h"

#include <algorithm>

#include "agent/backoff.h"

namespace binnacle::agent {
namespace {

constexpr double kRenewAfter = 0.5;
constexpr double kJitter = 0.1;
constexpr double kRetryJitter = 0.2;
constexpr absl::Duration kShortestRetry = absl::Milliseconds(200);
constexpr absl::Duration kFirstRetry = absl::Seconds(1);
constexpr absl::Duration kLongestFirstWait = absl::Seconds(5);
constexpr absl::Duration kLongestRetry = absl::Minutes(1);
// So many tries fit into what is left of a certificate, at least.
constexpr int kTriesLeft = 10;

}  // namespace

absl::Time RenewalTime(absl::Time received, absl::Time not_after, double jitter) {
  return received + (not_after - received) * (kRenewAfter + kJitter * jitter);
}

absl::Duration RenewalRetryDelay(int failures, absl::Duration remaining, double jitter) {
  absl::Duration longest = kLongestFirstWait;
  if (remaining > absl::ZeroDuration()) {
    longest = std::clamp(remaining / kTriesLeft, kShortestRetry, kLongestRetry);
  }
  return Backoff::Delay(failures, std::min(kFirstRetry, longest), longest) *
         (1 + kRetryJitter * jitter);
}

}  // namespace binnacle::agent
