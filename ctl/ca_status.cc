#include "ctl/ca_status.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ctl/authority_questions.h"
#include "ctl/ca_waiting.h"
#include "ctl/json_field.h"
#include "ctl/output_format.h"
#include "ctl/table.h"
#include "ctl/time_left.h"

namespace binnacle::ctl {
namespace {

// Enough to tell certificates apart, and to look one up.
constexpr size_t kFingerprintShown = 16;

struct Options {
  OutputFormat format = OutputFormat::kTable;
  OrderAddress address;
};

Cell LeftCell(const std::string& until) {
  std::string left = TimeLeft(until, absl::Now());
  const Tone tone = left == "expired" ? Tone::kBad : Tone::kPlain;
  return {std::move(left), tone};
}

// A root that signs by itself is listed as root and as issuer.
std::string RolesOf(const std::string& fingerprint, const Json& certificates) {
  std::string roles;
  for (const Json& certificate : certificates) {
    if (Text(certificate, "fingerprint") != fingerprint) continue;
    absl::StrAppend(&roles, roles.empty() ? "" : ", ", Text(certificate, "role"));
  }
  return roles;
}

void PrintCertificates(const Json& state, Console& console) {
  Table table({"ROLE", "SUBJECT", "VALID FROM", "VALID UNTIL", "LEFT", "SHA-256"});
  std::set<std::string> shown;
  const Json& certificates = Field(state, "certificates");
  for (const Json& certificate : certificates) {
    const std::string fingerprint = Text(certificate, "fingerprint");
    if (!shown.insert(fingerprint).second) continue;
    const std::string until = Text(certificate, "notAfter");
    table.AddRow({RolesOf(fingerprint, certificates), Text(certificate, "subject"),
                  Text(certificate, "notBefore"), until, LeftCell(until),
                  fingerprint.substr(0, kFingerprintShown)});
  }
  console.out << table.Render(console.width, console.colour);
}

std::string PhaseText(const Json& state) {
  const std::string phase = Text(state, "phase");
  if (phase == "introducing") {
    return "a new root is trusted; it signs as soon as everybody trusts it";
  }
  if (phase == "retiring") {
    return "the new root signs; the old one is dropped once no certificate under it is valid";
  }
  return "no change of root is under way";
}

ExitCode Status(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  const auto state = AskAuthority(invocation, options.address, "/debug/ca");
  if (!state.ok()) return Report(state.status(), console);
  if (options.format != OutputFormat::kTable) {
    PrintStructured(*state, options.format, console);
    return ExitCode::kOk;
  }
  console.out << "Trust domain:  " << Text(*state, "trustDomain") << '\n'
              << "Signs with:    "
              << (Text(*state, "pluggedIn") == "true" ? "plugged-in certificates"
                                                      : "a root of its own")
              << '\n'
              << "Rotation:      " << Text(*state, "phase") << " since "
              << Text(*state, "phaseSince") << ": " << PhaseText(*state) << "\n\n";
  PrintCertificates(*state, console);
  PrintWaiting(Field(*state, "waitingFor"), console);
  return ExitCode::kOk;
}

}  // namespace

void AddCaStatusCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command =
      ca.add_subcommand("status", "Its certificates, how long they last, and a change of root");
  const auto options = std::make_shared<Options>();
  AddOutputOption(*command, options->format);
  AddQuestionOptions(*command, invocation, options->address);
  AddExamples(*command, {{"roots, issuer, the server's own certificate", "binnaclectl ca status"},
                         {"for a script", "binnaclectl ca status -o json"}});
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Status(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
