#include "ctl/completion_words.h"

#include <algorithm>
#include <map>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ctl/kind_words.h"

namespace binnacle::ctl {
namespace {

bool IsSeparator(const std::string& word) {
  return !word.empty() && word.find_first_not_of(":=") == std::string::npos;
}

// nullptr if it has no such command.
const CLI::App* FindCommand(const CLI::App& command, const std::string& word) {
  for (const CLI::App* sub : command.get_subcommands(nullptr)) {
    if (sub->check_name(word)) return sub;
  }
  return nullptr;
}

// How far the words before the current one lead.
class Position {
 public:
  Position(const CLI::App& program, const std::vector<std::string>& before) : command_(&program) {
    for (const std::string& word : before) Take(word);
  }

  const CLI::App& command() const { return *command_; }
  // The option whose value comes next; nullptr if none does.
  const CLI::Option* awaiting() const { return awaiting_; }
  // "KIND" -> "vs", "--namespace" -> "shop"
  const std::map<std::string, std::string>& given() const { return given_; }

  // The positional argument that comes next; nullptr if there is none left.
  const CLI::Option* NextArgument() const {
    size_t left = arguments_;
    for (const CLI::Option* option : command_->get_options()) {
      if (!option->get_positional()) continue;
      if (left == 0 || option->get_expected_max() > 1) return option;
      --left;
    }
    return nullptr;
  }

  const CLI::Option* FindOption(const std::string& word) const {
    const std::string name = word.substr(0, word.find('='));
    return command_->get_option_no_throw(name);
  }

 private:
  void Take(const std::string& word) {
    if (awaiting_ != nullptr) {
      given_[awaiting_->get_name()] = word;
      awaiting_ = nullptr;
    } else if (absl::StartsWith(word, "-")) {
      TakeOption(word);
    } else if (const CLI::App* sub = FindCommand(*command_, word); sub != nullptr) {
      command_ = sub;
    } else if (const CLI::Option* argument = NextArgument(); argument != nullptr) {
      given_[argument->get_name(true)] = word;
      ++arguments_;
    }
  }

  void TakeOption(const std::string& word) {
    const CLI::Option* option = FindOption(word);
    if (option == nullptr || option->get_expected_max() == 0) return;
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      awaiting_ = option;
    } else {
      given_[option->get_name()] = word.substr(equals + 1);
    }
  }

  const CLI::App* command_;
  const CLI::Option* awaiting_ = nullptr;
  size_t arguments_ = 0;
  std::map<std::string, std::string> given_;
};

std::string Given(const Position& at, const std::string& name, const std::string& otherwise) {
  const auto found = at.given().find(name);
  return found == at.given().end() ? otherwise : found->second;
}

Completion Values(const Position& at, const std::string& what, LiveWords& live) {
  if (what == "--output") return {false, {"table", "json", "yaml"}};
  if (what == "--direction") return {false, {"inbound", "outbound"}};
  if (what == "--status") return {false, {"HEALTHY", "DRAINING", "UNHEALTHY"}};
  if (what == "--namespace") return {false, live.Namespaces()};
  if (what == "HOST") return {false, live.Services()};
  if (what == "PROXY") return {false, live.Proxies()};
  if (what == "SHELL") return {false, {"bash"}};
  if (what == "PATHS") return {true, {}};
  if (what == "KIND") {
    const std::vector<absl::string_view> kinds = KindWords();
    return {false, std::vector<std::string>(kinds.begin(), kinds.end())};
  }
  if (what == "NAME") {
    return {false, live.Objects(Given(at, "KIND", ""), Given(at, "--namespace", "default"))};
  }
  return {};
}

Completion OptionsOf(const CLI::App& command) {
  Completion completion;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      completion.words.push_back(absl::StrCat("--", name));
    }
  }
  return completion;
}

Completion CommandsOf(const CLI::App& command) {
  Completion completion;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) {
    completion.words.push_back(sub->get_name());
  }
  return completion;
}

Completion AllNext(const Position& at, const std::string& current, LiveWords& live) {
  if (at.awaiting() != nullptr) return Values(at, at.awaiting()->get_name(), live);
  if (absl::StartsWith(current, "-")) return OptionsOf(at.command());
  Completion commands = CommandsOf(at.command());
  if (!commands.words.empty()) return commands;
  const CLI::Option* argument = at.NextArgument();
  return argument == nullptr ? Completion() : Values(at, argument->get_name(true), live);
}

}  // namespace

TypedLine ReadTypedLine(const std::vector<std::string>& bash_words) {
  std::vector<std::string> whole;
  bool joins = false;
  size_t settled = 0;
  for (const std::string& word : bash_words) {
    const bool separator = IsSeparator(word);
    if (!whole.empty() && (joins || separator)) {
      settled = whole.back().size() + (separator ? word.size() : 0);
      whole.back() += word;
    } else {
      settled = 0;
      whole.push_back(word);
    }
    joins = separator;
  }
  TypedLine line;
  if (whole.empty()) return line;
  line.current = std::move(whole.back());
  line.settled = settled;
  whole.pop_back();
  line.before = std::move(whole);
  return line;
}

Completion Complete(const CLI::App& program, const TypedLine& line, LiveWords& live) {
  const Position at(program, line.before);
  std::string begun = line.current;
  size_t settled = line.settled;
  Completion completion;
  const size_t equals = begun.find('=');
  if (at.awaiting() == nullptr && absl::StartsWith(begun, "--") && equals != std::string::npos) {
    const CLI::Option* option = at.FindOption(begun);
    if (option != nullptr) completion = Values(at, option->get_name(), live);
    begun.erase(0, equals + 1);
    settled -= std::min(settled, equals + 1);
  } else {
    completion = AllNext(at, begun, live);
  }
  std::erase_if(completion.words,
                [&begun](const std::string& word) { return !absl::StartsWith(word, begun); });
  for (std::string& word : completion.words) word.erase(0, settled);
  std::sort(completion.words.begin(), completion.words.end());
  return completion;
}

std::string TypedAdmin(const TypedLine& line) {
  for (size_t i = 0; i < line.before.size(); ++i) {
    if (absl::StartsWith(line.before[i], "--admin=")) return line.before[i].substr(8);
    if (line.before[i] == "--admin" && i + 1 < line.before.size()) return line.before[i + 1];
  }
  return "";
}

}  // namespace binnacle::ctl
