// ctl/completion_words.h
//
// What may come next in a command line that somebody is typing.
//
// Threads  one.
#pragma once

#include <string>
#include <vector>

#include "ctl/command_line.h"

namespace binnacle::ctl {

// What only the server knows.
class LiveWords {
 public:
  virtual ~LiveWords() = default;
  virtual std::vector<std::string> Proxies() = 0;
  virtual std::vector<std::string> Namespaces() = 0;
  virtual std::vector<std::string> Services() = 0;  // as "reviews.default"
  // In namespace `ns`.
  virtual std::vector<std::string> Objects(const std::string& kind, const std::string& ns) = 0;
};

// A line that is being typed, without the programme's name. Bash ends words at
// '=' and ':', too: here they are whole again.
struct TypedLine {
  std::vector<std::string> before;
  std::string current;
  // How much of `current` bash takes for words of their own.
  size_t settled = 0;
};

TypedLine ReadTypedLine(const std::vector<std::string>& bash_words);

struct Completion {
  bool files = false;              // names of files are wanted
  std::vector<std::string> words;  // those that begin as `current` does
};

Completion Complete(const CLI::App& program, const TypedLine& line, LiveWords& live);

// The value of --admin in the line; "" if it has none.
std::string TypedAdmin(const TypedLine& line);

}  // namespace binnacle::ctl
