#include "ctl/authn.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/json_field.h"
#include "ctl/output_format.h"
#include "ctl/proxy_name.h"
#include "ctl/table.h"

namespace binnacle::ctl {
namespace {

constexpr char kPath[] = "/debug/tls-check";

struct Options {
  std::string proxy;
  std::string host;
  OutputFormat format = OutputFormat::kTable;
};

bool Conflicts(const Json& row) { return Text(row, "status") == "CONFLICT"; }

bool SubsetConflicts(const Json& row) { return !Field(row, "conflictingSubsets").empty(); }

std::string Place(const Json& row) {
  return absl::StrCat(Text(row, "host"), ":", Text(row, "port"));
}

// "policy default/ (mesh/policy.yaml:1), rule web/default (mesh/web.yaml:8)"
std::string Origins(const Json& row) {
  std::vector<std::string> origins;
  for (const auto& [word, name, origin] : {std::tuple("policy", "authnPolicy", "policyOrigin"),
                                           std::tuple("rule", "destinationRule", "ruleOrigin")}) {
    if (Text(row, origin).empty()) continue;
    origins.push_back(absl::StrCat(word, " ", Text(row, name), " (", Text(row, origin), ")"));
  }
  return absl::StrJoin(origins, ", ");
}

void PrintRemark(const Json& row, Tone tone, Console& console) {
  const std::string text = Text(row, "explanation");
  const std::string origins = Origins(row);
  console.out << '\n' << Paint(Place(row), tone, console.colour) << '\n';
  for (const std::string& paragraph : {text, origins}) {
    if (paragraph.empty()) continue;
    for (const std::string& line :
         WrapText(paragraph, static_cast<size_t>(std::max(console.width - 2, 1)))) {
      console.out << "  " << line << '\n';
    }
  }
}

// Conflicts are always explained; of a single host all there is to say is said.
void PrintTable(const Json& rows, bool one_host, Console& console) {
  Table table({"HOST:PORT", "STATUS", "SERVER", "CLIENT", "AUTHN POLICY", "DESTINATION RULE"});
  for (const Json& row : rows) {
    const Tone tone = Conflicts(row)         ? Tone::kBad
                      : SubsetConflicts(row) ? Tone::kWarning
                                             : Tone::kGood;
    table.AddRow({Place(row), Cell(Text(row, "status"), tone), Text(row, "server"),
                  Text(row, "client"), Text(row, "authnPolicy"), Text(row, "destinationRule")});
  }
  console.out << table.Render(console.width, console.colour);
  for (const Json& row : rows) {
    if (Conflicts(row)) {
      PrintRemark(row, Tone::kBad, console);
    } else if (SubsetConflicts(row) || (one_host && !Text(row, "explanation").empty())) {
      PrintRemark(row, SubsetConflicts(row) ? Tone::kWarning : Tone::kPlain, console);
    }
  }
}

// More than a part of its name has been said.
bool IsPlainlyNamed(absl::string_view word, absl::string_view proxy) {
  const absl::string_view brief = ShortProxyName(proxy);
  return word == proxy || ShortProxyName(word) == brief ||
         word == brief.substr(0, brief.rfind('.'));
}

// A single word may be either: a proxy if one is plainly meant, else a service,
// else as much of a proxy's name as is plain. Says in `options` which it was.
absl::StatusOr<Json> AskWithOneWord(const AdminClient& client,
                                    const absl::StatusOr<std::string>& proxy, Options& options) {
  const std::string word = std::exchange(options.proxy, "");
  if (!proxy.ok() || !IsPlainlyNamed(word, *proxy)) {
    absl::StatusOr<Json> rows = client.Get(kPath, {{"host", word}});
    if (rows.ok()) options.host = word;
    if (!absl::IsNotFound(rows.status())) return rows;
    if (!proxy.ok()) {
      return absl::NotFoundError(
          absl::StrCat(proxy.status().message(), ", and ", rows.status().message()));
    }
  }
  return client.Get(kPath, {{"proxy", *proxy}});
}

absl::StatusOr<Json> Ask(Options& options, const Invocation& invocation) {
  const auto client = Connect(invocation);
  if (!client.ok()) return client.status();
  if (options.proxy.empty()) return client->Get(kPath);
  const absl::StatusOr<Json> proxies = ListProxies(*client);
  if (!proxies.ok()) return proxies.status();
  const auto proxy = ResolveProxy(options.proxy, ProxyNames(*proxies));
  if (options.host.empty()) return AskWithOneWord(*client, proxy, options);
  if (!proxy.ok()) return proxy.status();
  return client->Get(kPath, {{"proxy", *proxy}, {"host", options.host}});
}

ExitCode TlsCheck(Options options, const Invocation& invocation) {
  Console& console = invocation.console;
  const absl::StatusOr<Json> rows = Ask(options, invocation);
  if (!rows.ok()) return Report(rows.status(), console);
  if (options.format != OutputFormat::kTable) {
    PrintStructured(*rows, options.format, console);
  } else if (rows->empty()) {
    console.err << "no service is known\n";
  } else {
    PrintTable(*rows, !options.host.empty(), console);
  }
  return std::any_of(rows->begin(), rows->end(), Conflicts) ? ExitCode::kFindings : ExitCode::kOk;
}

void AddTlsCheck(CLI::App& authn, Invocation& invocation) {
  CLI::App* command = authn.add_subcommand(
      "tls-check", "Whether clients send TLS where servers ask for it, and where not");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("PROXY", options->proxy,
                   "as this proxy sees them; all as seen from their own namespaces if left out")
      ->type_name("");
  command
      ->add_option("HOST", options->host,
                   "only this service: its host or the first labels of it; may stand alone")
      ->type_name("");
  AddOutputOption(*command, options->format);
  AddAdminOption(*command, invocation);
  AddExamples(
      *command,
      {{"every service, from its own namespace (exit code 1: a conflict)",
        "binnaclectl authn tls-check"},
       {"every service that this proxy sees", "binnaclectl authn tls-check reviews-v1.default"},
       {"one service, for this proxy",
        "binnaclectl authn tls-check reviews-v1.default ratings.default"},
       {"one service, for a script", "binnaclectl authn tls-check ratings -o json"}},
      "SERVER is what the workloads behind the port take, CLIENT what the proxy sends: HTTP "
      "(plaintext,\nor TLS that is not the mesh's), mTLS, or HTTP/mTLS.");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return TlsCheck(*options, invocation); };
  });
}

}  // namespace

void AddAuthnCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("authn", "How workloads prove themselves to each other: tls-check");
  command->require_subcommand(1);
  AddTlsCheck(*command, invocation);
  AddExamples(*command,
              {{"where do clients and servers disagree on TLS?", "binnaclectl authn tls-check"}});
}

}  // namespace binnacle::ctl
