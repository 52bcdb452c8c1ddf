#include "ctl/version.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "ctl/json_field.h"
#include "ctl/output_format.h"

namespace binnacle::ctl {
namespace {

struct Options {
  bool client_only = false;
  OutputFormat format = OutputFormat::kTable;
};

absl::StatusOr<Json> AskServer(const Invocation& invocation) {
  const auto client = Connect(invocation);
  if (!client.ok()) return client.status();
  return client->Get("/debug/version");
}

// A server that cannot be reached is no failure here, a bad address is.
ExitCode Version(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  Json versions = {{"client", {{"version", std::string(ClientVersion())}}}};
  absl::Status failure;
  if (!options.client_only) {
    const absl::StatusOr<Json> server = AskServer(invocation);
    if (absl::IsInvalidArgument(server.status())) return Report(server.status(), console);
    failure = server.status();
    versions["server"] = server.ok() ? *server : Json();
  }
  if (options.format != OutputFormat::kTable) {
    PrintStructured(versions, options.format, console);
  } else {
    console.out << "client: " << ClientVersion() << '\n';
    const std::string server = Text(versions, "server.version");
    if (!server.empty()) console.out << "server: " << server << '\n';
  }
  if (!failure.ok()) console.err << failure.message() << '\n';
  return ExitCode::kOk;
}

}  // namespace

absl::string_view ClientVersion() { return BINNACLE_VERSION; }

void AddVersionCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("version", "The versions of client and server");
  const auto options = std::make_shared<Options>();
  command->add_flag("--client", options->client_only, "do not ask the server");
  AddOutputOption(*command, options->format);
  AddAdminOption(*command, invocation);
  AddExamples(*command, {{"client and server", "binnaclectl version"},
                         {"this program alone", "binnaclectl version --client"}});
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Version(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
