#include "ctl/ca_rotate.h"

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ctl/authority_questions.h"
#include "ctl/ca_waiting.h"
#include "ctl/json_field.h"
#include "ctl/order_client.h"

namespace binnacle::ctl {
namespace {

constexpr absl::Duration kAskEvery = absl::Milliseconds(200);

struct Options {
  bool abandon = false;
  bool without_absent = false;
  bool drop_old = false;
  bool wait = false;
  std::string timeout = "10m";
  OrderAddress address;
};

std::string ActionOf(const Options& options) {
  if (options.abandon) return "abandon";
  if (options.without_absent) return "leave-out-absent";
  if (options.drop_old) return "drop-old";
  return "start";
}

std::string Told(const Json& state) {
  const std::string phase = Text(state, "phase");
  const size_t waiting = Field(state, "waitingFor").size();
  if (phase == "introducing") {
    return absl::StrCat("a new root is in the trust bundle; ", waiting, " still to trust it");
  }
  if (phase == "retiring") {
    return absl::StrCat("the new root signs; ", waiting,
                        " still with a certificate under the old one");
  }
  return "one root signs, and no other is trusted";
}

// Until the new root signs: what follows takes as long as certificates live.
ExitCode Wait(absl::Duration timeout, const OrderAddress& address, const Invocation& invocation) {
  Console& console = invocation.console;
  const absl::Time deadline = absl::Now() + timeout;
  std::string told;
  for (;;) {
    const auto state = AskAuthority(invocation, address, "/debug/ca");
    if (!state.ok()) return Report(state.status(), console);
    if (std::string now = Told(*state); now != told) {
      console.err << now << std::endl;
      told = std::move(now);
    }
    if (Text(*state, "phase") != "introducing") return ExitCode::kOk;
    if (absl::Now() > deadline) {
      console.err << "binnaclectl: not within " << absl::FormatDuration(timeout)
                  << "; the rotation goes on by itself\n";
      PrintWaiting(Field(*state, "waitingFor"), console);
      return ExitCode::kFindings;
    }
    absl::SleepFor(kAskEvery);
  }
}

ExitCode Rotate(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  absl::Duration timeout;
  if (!absl::ParseDuration(options.timeout, &timeout)) {
    return Report(absl::InvalidArgumentError(absl::StrCat("--timeout \"", options.timeout,
                                                          "\" is no time, as 90s or 10m is")),
                  console);
  }
  const auto orders = ConnectForOrders(invocation, options.address);
  if (!orders.ok()) return Report(orders.status(), console);
  const auto answer = orders->Post("/ca/rotate", {{"action", ActionOf(options)}});
  if (!answer.ok()) return Report(answer.status(), console);
  if (auto refused = RefusalIn(*answer); !refused.ok()) {
    const ExitCode code = Report(refused, console);
    PrintWaiting(Field(answer->body, "waitingFor"), console);
    return code;
  }
  if (options.wait) {
    // Once the new root signs, the server's certificate is under it.
    OrderAddress address = options.address;
    address.more_roots = Text(answer->body, "trustBundle");
    return Wait(timeout, address, invocation);
  }
  console.out << Told(answer->body) << '\n';
  PrintWaiting(Field(answer->body, "waitingFor"), console);
  return ExitCode::kOk;
}

}  // namespace

void AddCaRotateCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command = ca.add_subcommand("rotate", "Change to a new root, with no request lost");
  const auto options = std::make_shared<Options>();
  auto* abandon = command->add_flag("--abandon", options->abandon,
                                    "give up a rotation whose new root does not sign yet");
  auto* absent = command->add_flag("--without-absent", options->without_absent,
                                   "go on without those that are not connected");
  auto* drop = command->add_flag("--drop-old", options->drop_old,
                                 "drop the old root now; refused while anybody needs it");
  abandon->excludes(absent)->excludes(drop);
  absent->excludes(drop);
  command->add_flag("--wait", options->wait, "return only when the new root signs");
  command->add_option("--timeout", options->timeout, "of --wait")
      ->capture_default_str()
      ->type_name("TIME");
  AddOrderOptions(*command, invocation, options->address);
  AddExamples(
      *command,
      {{"begin, and wait until the new root signs", "binnaclectl ca rotate --wait"},
       {"see how it stands", "binnaclectl ca status"}},
      "A new root is made and sent to every proxy. When all have acknowledged it, it signs; when\n"
      "the last certificate under the old root has expired, that one is dropped. Each step is\n"
      "taken by the server, by itself. With plugged-in certificates, put new files in place\n"
      "instead: that begins a rotation. Those left out with --without-absent refuse the others "
      "until\n"
      "they have come back and been told.\n");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Rotate(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
