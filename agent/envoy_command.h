// agent/envoy_command.h
//
// The command line that Envoy is started with.
//
// Threads  a pure function.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace binnacle::agent {

// `flags` are the user's; what they set is not set again.
std::vector<std::string> EnvoyCommand(const std::string& program, const std::string& bootstrap,
                                      absl::Duration drain, const std::vector<std::string>& flags);

}  // namespace binnacle::agent
