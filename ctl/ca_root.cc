#include "ctl/ca_root.h"

#include "CLI/CLI.hpp"

namespace binnacle::ctl {
namespace {

ExitCode Root(const Invocation& invocation) {
  const auto client = Connect(invocation);
  if (!client.ok()) return Report(client.status(), invocation.console);
  const auto pem = client->GetText("/debug/ca/root");
  if (!pem.ok()) return Report(pem.status(), invocation.console);
  invocation.console.out << *pem;
  return ExitCode::kOk;
}

}  // namespace

void AddCaRootCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command = ca.add_subcommand("root", "The trust bundle, as PEM");
  AddAdminOption(*command, invocation);
  AddExamples(*command,
              {{"for an agent's --root-file", "binnaclectl ca root | tee mesh-root.pem"}});
  command->callback(
      [&invocation] { invocation.action = [&invocation] { return Root(invocation); }; });
}

}  // namespace binnacle::ctl
