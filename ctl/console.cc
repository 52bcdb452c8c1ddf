#include "ctl/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace binnacle::ctl {
namespace {

// Narrower than this nothing can be read anyway.
constexpr int kNarrowest = 60;

bool WantsColour() {
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && absl::string_view(terminal) != "dumb";
}

absl::string_view Escape(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "\033[32m";
    case Tone::kWarning:
      return "\033[33m";
    case Tone::kBad:
      return "\033[31m";
    case Tone::kHeading:
      return "\033[1m";
  }
  return "";
}

}  // namespace

Console ProcessConsole() {
  Console console{std::cout, std::cerr};
  if (isatty(STDOUT_FILENO) == 0) return console;
  console.colour = WantsColour();
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    console.width = std::max<int>(size.ws_col, kNarrowest);
  }
  return console;
}

std::string Paint(absl::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  return absl::StrCat(Escape(tone), text, "\033[0m");
}

}  // namespace binnacle::ctl
