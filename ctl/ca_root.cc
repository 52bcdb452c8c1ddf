#include "ctl/ca_root.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "ctl/authority_questions.h"

namespace binnacle::ctl {
namespace {

ExitCode Root(const OrderAddress& address, const Invocation& invocation) {
  const auto pem = AskAuthorityForText(invocation, address, "/debug/ca/root");
  if (!pem.ok()) return Report(pem.status(), invocation.console);
  invocation.console.out << *pem;
  return ExitCode::kOk;
}

}  // namespace

void AddCaRootCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command = ca.add_subcommand("root", "The trust bundle, as PEM");
  const auto address = std::make_shared<OrderAddress>();
  AddQuestionOptions(*command, invocation, *address);
  AddExamples(*command,
              {{"for an agent's --root-file", "binnaclectl ca root | tee mesh-root.pem"}});
  command->callback([&invocation, address] {
    invocation.action = [&invocation, address] { return Root(*address, invocation); };
  });
}

}  // namespace binnacle::ctl
