#include "tests/ctl/program_run.h"

#include <sstream>

#include "ctl/console.h"
#include "ctl/program.h"

namespace binnacle::ctl {

ProgramRun Run(const std::vector<std::string>& words, int width) {
  std::ostringstream out, err;
  Console console{out, err};
  console.width = width;
  const ExitCode code = RunProgram(words, console);
  return {code, out.str(), err.str()};
}

}  // namespace binnacle::ctl
