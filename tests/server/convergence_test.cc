#include "server/convergence.h"

#include <catch2/catch.hpp>

namespace binnacle::server {
namespace {

using Took = std::vector<absl::Duration>;

absl::Time At(int seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

TEST_CASE("a change has converged when the last stream has acknowledged it") {
  Convergence convergence;
  convergence.Published(1, At(0));
  CHECK(convergence.Reached(0, 1, At(1)).empty());
  CHECK(convergence.Reached(0, 1, At(1)).empty());
  convergence.Published(2, At(10));
  CHECK(convergence.Reached(1, 2, At(11)).empty());
  CHECK(convergence.standing().current == 1);
  CHECK(convergence.standing().behind == 1);
  CHECK(convergence.standing().oldest == At(10));
  CHECK(convergence.Reached(1, 2, At(13)) == Took{absl::Seconds(3)});
  CHECK(convergence.standing().behind == 0);
  CHECK(convergence.standing().oldest == absl::InfiniteFuture());
}

TEST_CASE("a stream that skips snapshots has acknowledged what it skipped") {
  Convergence convergence;
  convergence.Reached(0, 1, At(1));
  convergence.Published(2, At(10));
  convergence.Published(3, At(20));
  CHECK(convergence.Reached(1, 3, At(25)) == Took{absl::Seconds(15), absl::Seconds(5)});
}

TEST_CASE("a stream that is still at its first configuration holds nobody up") {
  Convergence convergence;
  convergence.Reached(0, 1, At(1));
  convergence.Published(2, At(10));
  CHECK(convergence.Reached(1, 2, At(12)) == Took{absl::Seconds(2)});
  CHECK(convergence.Reached(0, 1, At(13)).empty());
  CHECK(convergence.standing().behind == 1);
}

TEST_CASE("a stream that ends while it is behind is forgotten") {
  Convergence convergence;
  convergence.Reached(0, 1, At(1));
  convergence.Reached(0, 1, At(1));
  convergence.Published(2, At(10));
  CHECK(convergence.Reached(1, 2, At(11)).empty());
  convergence.Left(1);
  CHECK(convergence.standing().behind == 0);
  convergence.Published(3, At(20));
  CHECK(convergence.Reached(2, 3, At(21)) == Took{absl::Seconds(1)});
  convergence.Left(0);
}

TEST_CASE("what came while nobody was there is nobody's delay") {
  Convergence convergence;
  for (uint64_t revision = 1; revision < 100; ++revision) convergence.Published(revision, At(0));
  CHECK(convergence.Reached(0, 99, At(1000)).empty());
  convergence.Published(100, At(1000));
  CHECK(convergence.Reached(99, 100, At(1001)) == Took{absl::Seconds(1)});
}

TEST_CASE("a stream that never answers costs a bounded list, and its delay is known") {
  Convergence convergence;
  convergence.Reached(0, 1, At(0));  // never answers again
  convergence.Reached(0, 1, At(0));
  for (int i = 2; i < 5000; ++i) {
    convergence.Published(static_cast<uint64_t>(i), At(i));
    CHECK(
        convergence.Reached(static_cast<uint64_t>(i) - 1, static_cast<uint64_t>(i), At(i)).empty());
  }
  CHECK(convergence.standing().behind == 1);
  CHECK(convergence.standing().oldest == At(2));
  CHECK(convergence.Reached(1, 4999, At(5000)).size() <= 1024);
}

}  // namespace
}  // namespace binnacle::server
