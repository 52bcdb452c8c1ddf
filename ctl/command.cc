#include "ctl/command.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"

namespace binnacle::ctl {

void AddExamples(CLI::App& command, const std::vector<Example>& examples,
                 const std::string& preface) {
  std::string text = absl::StrCat(preface, preface.empty() ? "" : "\n", "Examples:");
  for (const Example& example : examples) {
    absl::StrAppend(&text, "\n  # ", example.what, "\n  ", example.line);
  }
  command.footer(text);
}

void AddAdminOption(CLI::App& command, Invocation& invocation) {
  command
      .add_option("--admin", invocation.admin,
                  absl::StrCat("the server's admin address (default: $BINNACLE_ADMIN, else ",
                               std::string(kDefaultAdminAddress), ")"))
      ->type_name("ADDR");
}

absl::StatusOr<AdminClient> Connect(const Invocation& invocation) {
  return AdminClient::At(ChooseAdminAddress(invocation.admin));
}

}  // namespace binnacle::ctl
