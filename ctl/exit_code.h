// ctl/exit_code.h
//
// What a command tells the shell.
#pragma once

namespace binnacle::ctl {

enum class ExitCode : int {
  kOk = 0,
  kFindings = 1,     // something was found wrong, or refused, or is not there
  kUsage = 2,        // the command line makes no sense
  kUnreachable = 3,  // no server answers
};

}  // namespace binnacle::ctl
