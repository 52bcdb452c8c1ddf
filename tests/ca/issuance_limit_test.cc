#include "ca/issuance_limit.h"

#include "absl/strings/str_cat.h"
#include "ca/recent_map.h"
#include "catch2/catch.hpp"
#include "tests/ca/set_clock.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

int Taken(IssuanceLimit& limit, absl::string_view identity, int wanted) {
  int taken = 0;
  while (taken < wanted && limit.Take(identity).ok()) ++taken;
  return taken;
}

}  // namespace

TEST_CASE("one identity has its burst, and then as much as flows in") {
  SetClock clock(kNow);
  IssuanceLimit limit({.per_caller_per_second = 2, .per_caller_burst = 5}, clock);

  CHECK(Taken(limit, "a", 100) == 5);
  CHECK(limit.Take("a").message() ==
        "the limit of 2 certificates per second for one identity is reached; come again in 0.5 s");
  CHECK(absl::IsResourceExhausted(limit.Take("a")));
  clock.Advance(absl::Milliseconds(499));
  CHECK_FALSE(limit.Take("a").ok());
  clock.Advance(absl::Milliseconds(1));
  CHECK(Taken(limit, "a", 100) == 1);
  clock.Advance(absl::Hours(1));
  CHECK(Taken(limit, "a", 100) == 5);
}

TEST_CASE("one identity's greed does not touch another's") {
  SetClock clock(kNow);
  IssuanceLimit limit({.per_caller_per_second = 1, .per_caller_burst = 3}, clock);

  CHECK(Taken(limit, "a", 100) == 3);
  CHECK(Taken(limit, "b", 100) == 3);
}

TEST_CASE("all together have a limit, which charges nobody it refuses") {
  SetClock clock(kNow);
  IssuanceLimit limit(
      {.per_caller_per_second = 1, .per_caller_burst = 5, .total_per_second = 4, .total_burst = 8},
      clock);

  CHECK(Taken(limit, "a", 100) == 5);
  CHECK(Taken(limit, "b", 100) == 3);
  CHECK(limit.Take("b").message() ==
        "the limit of 4 certificates per second in all is reached; come again in 0.2 s");
  CHECK_FALSE(limit.Take("c").ok());
  // 8 flow in for all; "b" had 2 left and has 4 now, "c" never lost any.
  clock.Advance(absl::Seconds(2));
  CHECK(Taken(limit, "b", 100) == 4);
  CHECK(Taken(limit, "c", 100) == 4);
}

TEST_CASE("a limit of nothing gives nothing, and says so") {
  SetClock clock(kNow);
  IssuanceLimit none({.per_caller_per_second = 0, .per_caller_burst = 0}, clock);

  CHECK(none.Take("a").message() == "no certificates are given out for one identity");
}

TEST_CASE("a clock that is set back takes nothing away and gives nothing") {
  SetClock clock(kNow);
  IssuanceLimit limit({.per_caller_per_second = 1, .per_caller_burst = 2}, clock);
  REQUIRE(Taken(limit, "a", 1) == 1);

  clock.Advance(-absl::Hours(1));
  CHECK(Taken(limit, "a", 100) == 1);
  clock.Advance(absl::Seconds(1));
  CHECK(Taken(limit, "a", 100) == 1);
}

TEST_CASE("however many identities come, what is remembered of them is bounded") {
  RecentMap<int> map(100);
  for (int i = 0; i < 10'000; ++i) {
    map.Put(absl::StrCat(i), i);
    // One that is used all the time is never forgotten.
    if (i > 0) CHECK(map.Find("0") != nullptr);
    CHECK(map.size() <= 200);
  }
  CHECK(map.Find("1") == nullptr);
  CHECK(*map.Find("9999") == 9999);
}

}  // namespace binnacle::ca
