// ca/time_text.h
//
// How a message shows a time: 2024-11-19T07:06:40Z, wherever the host is.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace binnacle::ca {

inline std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace binnacle::ca
