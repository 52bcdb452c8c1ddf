// ctl/console.h
//
// Where a command writes, and what that place can show.
//
// Threads  one.
#pragma once

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::ctl {

// What a piece of text says of itself.
enum class Tone { kPlain, kGood, kWarning, kBad, kHeading };

struct Console {
  std::ostream& out;    // what was asked for
  std::ostream& err;    // all else
  bool colour = false;  // of `out`
  int width = 120;      // columns of `out`
};

// Standard output and error. There is colour only on a terminal, and none when
// $NO_COLOR is set or the terminal is dumb; elsewhere lines are 120 columns.
Console ProcessConsole();

std::string Paint(absl::string_view text, Tone tone, bool colour);

}  // namespace binnacle::ctl
