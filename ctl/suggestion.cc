#include "ctl/suggestion.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "policy/nearest_word.h"

namespace binnacle::ctl {
namespace {

std::vector<std::string> CommandNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) {
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  }
  return names;
}

// "--output", "-o", ...
std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
    for (const std::string& name : option->get_snames()) names.push_back(absl::StrCat("-", name));
  }
  return names;
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& names) {
  const std::vector<absl::string_view> words(names.begin(), names.end());
  const std::string remedy = policy::DidYouMean(word, words);
  return remedy.empty() ? "" : absl::StrCat(" (", remedy, ")");
}

std::string ExplainUnknown(const CLI::App& command, absl::string_view word) {
  if (absl::StartsWith(word, "-")) {
    const absl::string_view option = word.substr(0, word.find('='));
    return absl::StrCat("unknown option \"", option, "\"", Nearest(option, OptionNames(command)));
  }
  const std::vector<std::string> commands = CommandNames(command);
  if (commands.empty()) return absl::StrCat("there is no use for \"", word, "\" here");
  const std::string remedy = Nearest(word, commands);
  return absl::StrCat("unknown command \"", word, "\"",
                      remedy.empty() ? "; there are " + absl::StrJoin(commands, ", ") : remedy);
}

}  // namespace

const CLI::App& ReachedCommand(const CLI::App& program) {
  const CLI::App* at = &program;
  while (true) {
    const std::vector<CLI::App*> parsed = at->get_subcommands();
    if (parsed.empty()) return *at;
    at = parsed.back();
  }
}

std::string FullName(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return absl::StrCat(FullName(*command.get_parent()), " ", command.get_name());
}

std::string Explain(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = ReachedCommand(program);
  const std::vector<std::string> unknown = command.remaining();
  if (!unknown.empty()) return ExplainUnknown(command, unknown.front());
  const std::vector<std::string> commands = CommandNames(command);
  if (!commands.empty()) return "which command? There are " + absl::StrJoin(commands, ", ");
  return error.what();
}

}  // namespace binnacle::ctl
