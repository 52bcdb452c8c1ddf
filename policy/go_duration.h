// policy/go_duration.h
//
// How long something lasts, as users of Istio write it: "5s", "1h30m", "100ms".
//
// Threads  pure.
// Spec     Go's time.ParseDuration.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace binnacle::policy {

// nullopt when `text` is not a duration, or longer than 292 years.
std::optional<absl::Duration> ParseGoDuration(absl::string_view text);

}  // namespace binnacle::policy
