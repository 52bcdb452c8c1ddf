#include "ctl/console.h"

#include <catch2/catch.hpp>

#include "tests/ctl/scratch_directory.h"
#include "tests/ctl/shell.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("text is painted only where colours are wanted") {
  CHECK(Paint("SYNCED", Tone::kGood, true) == "\033[32mSYNCED\033[0m");
  CHECK(Paint("SYNCED", Tone::kGood, false) == "SYNCED");
  CHECK(Paint("SYNCED", Tone::kPlain, true) == "SYNCED");
}

// script(1) makes a terminal, in which `before` is set.
std::string OnTerminal(const std::string& before) {
  const ScratchDirectory directory;
  const std::string file = directory.Write("bad.yaml", "kind: Nothing\n");
  return Bash(before + " script -qec '" BINNACLECTL " validate " + file + "' /dev/null").text;
}

TEST_CASE("there is colour on a terminal, unless NO_COLOR or a dumb terminal says otherwise") {
  CHECK_THAT(OnTerminal("NO_COLOR= TERM=xterm"), Catch::Contains("\033["));
  CHECK_THAT(OnTerminal("NO_COLOR=1 TERM=xterm"), !Catch::Contains("\033["));
  CHECK_THAT(OnTerminal("NO_COLOR= TERM=dumb"), !Catch::Contains("\033["));
}

}  // namespace
}  // namespace binnacle::ctl
