// ctl/suggestion.h
//
// What is wrong with a command line, in words that help to put it right.
//
// Threads  one.
#pragma once

#include <string>

#include "ctl/command_line.h"

namespace binnacle::ctl {

// The command that the line got to before it failed: `program` itself, "get",
// "proxy-config clusters", ...
const CLI::App& ReachedCommand(const CLI::App& program);

// "binnaclectl proxy-config"
std::string FullName(const CLI::App& command);

// "unknown command \"valdate\" (did you mean \"validate\"?)", or what CLI11
// says if it is nothing of the kind.
std::string Explain(const CLI::App& program, const CLI::ParseError& error);

}  // namespace binnacle::ctl
