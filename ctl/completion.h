// ctl/completion.h
//
// binnaclectl completion bash: the script that completes command lines. It asks
// the hidden command `complete` each time, which knows every command and option
// from their declarations, and the server's proxies and objects if it answers
// at once.
#pragma once

#include <string>
#include <vector>

#include "ctl/command.h"

namespace binnacle::ctl {

void AddCompletionCommand(CLI::App& program, Invocation& invocation);

// `binnaclectl complete WORDS`: prints what the last of the words may become, a
// line each; ":files" stands for names of files. The words are those that bash
// has split the line into, without the programme's name.
ExitCode CompleteLine(const std::vector<std::string>& bash_words, Console& console);

}  // namespace binnacle::ctl
