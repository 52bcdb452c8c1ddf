// tests/ctl/program_run.h
//
// Runs binnaclectl inside the test.
#pragma once

#include <string>
#include <vector>

#include "ctl/exit_code.h"

namespace binnacle::ctl {

struct ProgramRun {
  ExitCode code;
  std::string out;
  std::string err;
};

// Its output is no terminal of `width` columns.
ProgramRun Run(const std::vector<std::string>& words, int width = 120);

}  // namespace binnacle::ctl
