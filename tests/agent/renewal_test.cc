#include "agent/renewal.h"

#include <catch2/catch.hpp>

namespace binnacle::agent {
namespace {

const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

TEST_CASE("a certificate is renewed half way through its life, a tenth earlier or later") {
  const absl::Time expiry = kNoon + absl::Hours(24);
  CHECK(RenewalTime(kNoon, expiry, 0) == kNoon + absl::Hours(12));
  CHECK(RenewalTime(kNoon, expiry, -1) == kNoon + absl::Hours(24) * 0.4);
  CHECK(RenewalTime(kNoon, expiry, 1) == kNoon + absl::Hours(24) * 0.6);
}

TEST_CASE("a first certificate is asked for again after 1 s, 2 s, 4 s and at last 5 s") {
  const auto delay = [](int failures) {
    return RenewalRetryDelay(failures, absl::ZeroDuration(), 0);
  };
  CHECK(delay(1) == absl::Seconds(1));
  CHECK(delay(2) == absl::Seconds(2));
  CHECK(delay(3) == absl::Seconds(4));
  CHECK(delay(100) == absl::Seconds(5));
}

TEST_CASE("a renewal that fails is tried ten times more at least before the expiry") {
  for (const absl::Duration life : {absl::Seconds(5), absl::Minutes(10), absl::Hours(24)}) {
    absl::Duration remaining = life / 2;
    int tries = 0;
    while (remaining > absl::ZeroDuration()) {
      remaining -= RenewalRetryDelay(++tries, remaining, 1);
    }
    CHECK(tries > 10);
  }
}

TEST_CASE("however long a certificate lasts, a control plane that is back is found in a minute") {
  CHECK(RenewalRetryDelay(100, absl::Hours(1000), 0) == absl::Minutes(1));
}

TEST_CASE("waits differ by a fifth, so that agents do not come together") {
  CHECK(RenewalRetryDelay(1, absl::ZeroDuration(), 1) == absl::Seconds(1.2));
  CHECK(RenewalRetryDelay(1, absl::ZeroDuration(), -1) == absl::Seconds(0.8));
}

}  // namespace
}  // namespace binnacle::agent
