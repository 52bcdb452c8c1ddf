// ctl/time_left.h
//
// Times as people read them.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace binnacle::ctl {

// "2026-10-24T12:00:00.123Z" -> "2026-10-24T12:00:00Z"
std::string WholeSeconds(std::string time);

// How long from `now` to an RFC 3339 time: "3650d", "23h", "41m", "12s",
// "expired"; empty if `time` is none.
std::string TimeLeft(absl::string_view time, absl::Time now);

}  // namespace binnacle::ctl
