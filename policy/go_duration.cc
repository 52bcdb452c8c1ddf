#include "policy/go_duration.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace binnacle::policy {

std::optional<absl::Duration> ParseGoDuration(absl::string_view text) {
  constexpr absl::Duration kLongest = absl::Nanoseconds(std::numeric_limits<int64_t>::max());
  // Both letters that are used for micro.
  const std::string ascii = absl::StrReplaceAll(text, {{"\u00b5s", "us"}, {"\u03bcs", "us"}});
  for (char c : ascii) {
    if (absl::ascii_isspace(c)) return std::nullopt;
  }
  absl::Duration duration;
  if (!absl::ParseDuration(ascii, &duration)) return std::nullopt;
  if (duration > kLongest || duration < -kLongest) return std::nullopt;  // and "inf"
  return duration;
}

}  // namespace binnacle::policy
