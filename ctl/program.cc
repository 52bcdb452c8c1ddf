#include "ctl/program.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "ctl/authn.h"
#include "ctl/ca.h"
#include "ctl/completion.h"
#include "ctl/get.h"
#include "ctl/proxy_config.h"
#include "ctl/proxy_status.h"
#include "ctl/suggestion.h"
#include "ctl/token.h"
#include "ctl/validate.h"
#include "ctl/version.h"

namespace binnacle::ctl {
namespace {

ExitCode ShowHelp(const CLI::App& program, Console& console) {
  const CLI::App& command = ReachedCommand(program);
  const CLI::App* parent = command.get_parent();
  console.out << command.help(parent == nullptr ? "" : FullName(*parent));
  return ExitCode::kOk;
}

ExitCode Refuse(const CLI::App& program, const CLI::ParseError& error, Console& console) {
  const std::string name = FullName(ReachedCommand(program));
  console.err << name << ": " << Explain(program, error) << "\nSee " << name << " --help.\n";
  return ExitCode::kUsage;
}

}  // namespace

std::unique_ptr<CLI::App> MakeProgram(Invocation& invocation) {
  auto program = std::make_unique<CLI::App>(
      "binnaclectl: look into a mesh, and check policy before it gets there", "binnaclectl");
  program->require_subcommand(1);
  program->get_formatter()->column_width(34);
  program->set_version_flag("--version", std::string(ClientVersion()));
  AddAdminOption(*program, invocation);
  AddValidateCommand(*program, invocation);
  AddGetCommand(*program, invocation);
  AddProxyStatusCommand(*program, invocation);
  AddProxyConfigCommand(*program, invocation);
  AddAuthnCommand(*program, invocation);
  AddCaCommand(*program, invocation);
  AddTokenCommand(*program, invocation);
  AddVersionCommand(*program, invocation);
  AddCompletionCommand(*program, invocation);
  AddExamples(*program, {{"are these files sound?", "binnaclectl validate mesh/"},
                         {"does every proxy hold what it should?", "binnaclectl proxy-status"},
                         {"what does this one do with requests?",
                          "binnaclectl proxy-config routes reviews-v1.default"}});
  return program;
}

ExitCode RunProgram(const std::vector<std::string>& words, Console& console) {
  // Half-typed lines are not for CLI11 to judge.
  if (!words.empty() && words[0] == "complete") {
    return CompleteLine({words.begin() + 1, words.end()}, console);
  }
  Invocation invocation{console, "", nullptr};
  const std::unique_ptr<CLI::App> program = MakeProgram(invocation);
  try {
    // CLI11 takes words from the end.
    program->parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    return ShowHelp(*program, console);
  } catch (const CLI::CallForVersion& version) {
    console.out << version.what() << '\n';
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    return Refuse(*program, error, console);
  }
  return invocation.action();
}

}  // namespace binnacle::ctl
