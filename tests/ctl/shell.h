// tests/ctl/shell.h
//
// Runs a bash script and takes what it writes.
#pragma once

#include <string>

namespace binnacle::ctl {

struct ShellRun {
  int code;
  std::string text;  // standard output and error
};

ShellRun Bash(const std::string& script);

}  // namespace binnacle::ctl
