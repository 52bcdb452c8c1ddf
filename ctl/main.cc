#include <string>
#include <vector>

#include "ctl/console.h"
#include "ctl/program.h"

int main(int argc, char** argv) {
  binnacle::ctl::Console console = binnacle::ctl::ProcessConsole();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(binnacle::ctl::RunProgram(words, console));
}
