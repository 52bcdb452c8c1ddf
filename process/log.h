// process/log.h
//
// How the log looks: one line for each thing that matters, as text or as JSON,
// on standard error, times in UTC.
//
// Threads  call once, before others log.
// Errors   kInvalidArgument, naming what is allowed.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace binnacle::process {

// `level`: trace, debug, info, warn, error; `format`: text, json.
absl::Status StartLog(const std::string& level, const std::string& format);

}  // namespace binnacle::process
