// ctl/command.h
//
// What every command shares: the place where it is run, and how it is declared.
//
// A command's file declares its words and options with CLI11 and sets
// Invocation::action when the command line names it; the action runs once the
// whole line has been understood.
//
// Threads  one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ctl/admin_client.h"
#include "ctl/command_line.h"
#include "ctl/console.h"
#include "ctl/exit_code.h"

namespace binnacle::ctl {

struct Invocation {
  Console& console;
  std::string admin;  // --admin; empty when not given
  std::function<ExitCode()> action;
};

struct Example {
  std::string what;
  std::string line;  // what to type; a test runs it
};

// Adds the examples to the command's help, after `preface` if there is one.
void AddExamples(CLI::App& command, const std::vector<Example>& examples,
                 const std::string& preface = "");

// Adds --admin.
void AddAdminOption(CLI::App& command, Invocation& invocation);

// The server that the command line or the environment names.
absl::StatusOr<AdminClient> Connect(const Invocation& invocation);

}  // namespace binnacle::ctl
