#include "ctl/time_left.h"

#include "absl/strings/str_cat.h"

namespace binnacle::ctl {

std::string WholeSeconds(std::string time) {
  const size_t point = time.find('.');
  const size_t zone = time.find_first_of("Z+", point);
  if (point != std::string::npos && zone != std::string::npos) time.erase(point, zone - point);
  return time;
}

std::string TimeLeft(absl::string_view time, absl::Time now) {
  absl::Time end;
  if (!absl::ParseTime(absl::RFC3339_full, time, &end, nullptr)) return "";
  const absl::Duration left = end - now;
  if (left <= absl::ZeroDuration()) return "expired";
  if (left >= absl::Hours(48)) return absl::StrCat(left / absl::Hours(24), "d");
  if (left >= absl::Hours(2)) return absl::StrCat(left / absl::Hours(1), "h");
  if (left >= absl::Minutes(2)) return absl::StrCat(left / absl::Minutes(1), "m");
  return absl::StrCat(left / absl::Seconds(1), "s");
}

}  // namespace binnacle::ctl
