// agent/run.h
//
// The whole agent, from its settings to its end: puts the parts together,
// starts Envoy once there is a certificate, and takes all of it down in order.
//
// Threads  call from main(), before any other thread exists.
// Errors   told in the log; the result is the exit code: 0 ended by SIGTERM or
//          SIGINT, 1 refused or failed.
#pragma once

#include "absl/status/statusor.h"
#include "agent/settings.h"

namespace binnacle::agent {

int Run(const Settings& wanted);

// What `run` would write for Envoy.
absl::StatusOr<std::string> BootstrapFor(const Settings& settings, const std::string& state_dir);

}  // namespace binnacle::agent
