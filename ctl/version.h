// ctl/version.h
//
// binnaclectl version: of this program and, if it can be reached, the server.
#pragma once

#include "absl/strings/string_view.h"
#include "ctl/command.h"

namespace binnacle::ctl {

// "0.1.0"
absl::string_view ClientVersion();

void AddVersionCommand(CLI::App& program, Invocation& invocation);

}  // namespace binnacle::ctl
