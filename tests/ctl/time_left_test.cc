#include "ctl/time_left.h"

#include <catch2/catch.hpp>

namespace binnacle::ctl {
namespace {

TEST_CASE("what is left of a time is told in one unit") {
  const absl::Time now = absl::FromUnixSeconds(1772355600);  // 2026-03-01T09:00:00Z
  CHECK(TimeLeft("2036-02-27T09:00:00Z", now) == "3650d");
  CHECK(TimeLeft("2026-03-02T08:59:00Z", now) == "23h");
  CHECK(TimeLeft("2026-03-01T09:41:10.5Z", now) == "41m");
  CHECK(TimeLeft("2026-03-01T09:00:12Z", now) == "12s");
  CHECK(TimeLeft("2026-03-01T09:00:00Z", now) == "expired");
  CHECK(TimeLeft("", now).empty());
  CHECK(TimeLeft("soon", now).empty());
}

}  // namespace
}  // namespace binnacle::ctl
