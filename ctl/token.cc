#include "ctl/token.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "ctl/json_field.h"
#include "ctl/order_client.h"

namespace binnacle::ctl {
namespace {

struct Options {
  std::string ns = "default";
  std::string service_account = "default";
  std::string lifetime = "1h";
  OrderAddress address;
};

ExitCode Create(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  const auto orders = ConnectForOrders(invocation, options.address);
  if (!orders.ok()) return Report(orders.status(), console);
  const auto answer = orders->Post("/token", {{"namespace", options.ns},
                                              {"serviceAccount", options.service_account},
                                              {"lifetime", options.lifetime}});
  if (!answer.ok()) return Report(answer.status(), console);
  if (auto refused = RefusalIn(*answer); !refused.ok()) return Report(refused, console);
  // Alone, so that it can be sent straight into a file.
  console.out << Text(answer->body, "token") << '\n';
  return ExitCode::kOk;
}

}  // namespace

void AddTokenCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("token", "Tokens for agents without a certificate");
  command->require_subcommand(1);
  AddExamples(
      *command,
      {{"a token for the service account of a namespace, into a file of its own",
        "(umask 077; binnaclectl token create -n shop --service-account web | tee token)"}});
  CLI::App* create =
      command->add_subcommand("create", "Make a short-lived token and print it, alone");
  const auto options = std::make_shared<Options>();
  create->add_option("-n,--namespace", options->ns, "of the service account")
      ->capture_default_str()
      ->type_name("NAME");
  create->add_option("--service-account", options->service_account, "whom the token is for")
      ->capture_default_str()
      ->type_name("NAME");
  create->add_option("--lifetime", options->lifetime, "how long it may be used; 24h at most")
      ->capture_default_str()
      ->type_name("TIME");
  AddOrderOptions(*create, invocation, options->address);
  AddExamples(
      *create,
      {{"for the service account web in namespace shop",
        "binnaclectl token create -n shop "
        "--service-account web"},
       {"to be used within ten minutes",
        "binnaclectl token create -n shop --service-account web --lifetime 10m"}},
      "Whoever has the token can be that service account until it expires: hand it over with\n"
      "care, and let it live only as long as the agent takes to start.\n");
  create->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Create(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
