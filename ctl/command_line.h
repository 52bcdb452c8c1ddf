// ctl/command_line.h
//
// CLI11's names, for headers: whoever includes CLI11 itself compiles all of it.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI
