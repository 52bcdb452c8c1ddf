// ctl/program.h
//
// The programme binnaclectl, less main().
//
// Threads  one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/command_line.h"
#include "ctl/console.h"
#include "ctl/exit_code.h"

namespace binnacle::ctl {

// All commands, their options and their help. `invocation` must outlive them.
std::unique_ptr<CLI::App> MakeProgram(Invocation& invocation);

// Runs the words after the programme's name.
ExitCode RunProgram(const std::vector<std::string>& words, Console& console);

}  // namespace binnacle::ctl
