#include "server/memory_trim.h"

#include <catch2/catch.hpp>

namespace binnacle::server {
namespace {

constexpr uint64_t kMb = 1 << 20;
const absl::Duration kSecond = absl::Seconds(1);

TEST_CASE("memory is given back once the process is at rest") {
  TrimPolicy policy;
  CHECK(policy.Due(kSecond, {absl::ZeroDuration(), 50 * kMb}));
  policy.Trimmed(50 * kMb);
  CHECK_FALSE(policy.Due(kSecond, {absl::Milliseconds(900), 150 * kMb}));
  CHECK_FALSE(policy.Due(kSecond, {absl::Milliseconds(1500), 150 * kMb}));
  CHECK(policy.Due(kSecond, {absl::Milliseconds(1510), 150 * kMb}));
}

TEST_CASE("what did not help is not tried again until there is more") {
  TrimPolicy policy;
  CHECK(policy.Due(kSecond, {absl::ZeroDuration(), 150 * kMb}));
  policy.Trimmed(149 * kMb);
  CHECK_FALSE(policy.Due(kSecond, {absl::ZeroDuration(), 149 * kMb}));
  CHECK_FALSE(policy.Due(kSecond, {absl::ZeroDuration(), 151 * kMb}));
  CHECK(policy.Due(kSecond, {absl::ZeroDuration(), 155 * kMb}));
}

TEST_CASE("a process that never rests is not left to grow") {
  TrimPolicy policy;
  policy.Trimmed(50 * kMb);
  absl::Duration cpu;
  int seconds = 0;
  do {
    cpu += kSecond;
    ++seconds;
  } while (!policy.Due(kSecond, {cpu, 100 * kMb}));
  CHECK(seconds == 30);
}

}  // namespace
}  // namespace binnacle::server
