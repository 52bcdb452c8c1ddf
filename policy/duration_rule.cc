#include "policy/duration_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace binnacle::policy {
namespace {

// A google.protobuf.Duration reaches over 10,000 years; so does absl's.
absl::Duration ToAbsl(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

Complaint BadDuration(absl::Duration duration, absl::string_view allowed) {
  return {
      "bad-duration",
      absl::StrCat("a duration of ", absl::FormatDuration(duration), " is not allowed: ", allowed),
      ""};
}

}  // namespace

Verdict CheckDuration(const google::protobuf::Duration& duration) {
  const absl::Duration length = ToAbsl(duration);
  if (length < absl::Milliseconds(1)) return BadDuration(length, "it must be at least 1ms");
  if (length % absl::Milliseconds(1) != absl::ZeroDuration()) {
    return BadDuration(length, "it must be a whole number of milliseconds");
  }
  return std::nullopt;
}

Verdict CheckDurationOrZero(const google::protobuf::Duration& duration) {
  if (duration.seconds() == 0 && duration.nanos() == 0) return std::nullopt;
  return CheckDuration(duration);
}

Verdict CheckConnectTimeout(const google::protobuf::Duration& duration) {
  if (auto verdict = CheckDuration(duration); verdict.has_value()) return verdict;
  if (ToAbsl(duration) > absl::Hours(1)) {
    return BadDuration(ToAbsl(duration), "a connect timeout is 1ms to 1h");
  }
  return std::nullopt;
}

Verdict CheckWholeSeconds(const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.nanos() != 0) {
    return BadDuration(ToAbsl(duration), "it must be a whole number of seconds");
  }
  return std::nullopt;
}

}  // namespace binnacle::policy
