#include "tests/ctl/shell.h"

#include <sys/wait.h>

#include <cstdio>

#include "tests/ctl/scratch_directory.h"

namespace binnacle::ctl {

ShellRun Bash(const std::string& script) {
  const ScratchDirectory directory;
  const std::string file = directory.Write("script", script);
  ShellRun run{-1, ""};
  FILE* pipe = popen(("bash " + file + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return run;
  char bytes[4096];
  for (size_t n; (n = fread(bytes, 1, sizeof(bytes), pipe)) > 0;) run.text.append(bytes, n);
  const int status = pclose(pipe);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

}  // namespace binnacle::ctl
