#include "ctl/proxy_status.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ctl/json_field.h"
#include "ctl/output_format.h"
#include "ctl/proxy_name.h"
#include "ctl/table.h"
#include "ctl/time_left.h"

namespace binnacle::ctl {
namespace {

using Types = std::vector<absl::string_view>;

// Those of every proxy, and virtual hosts where a proxy fetches them one by one.
Types TypesOf(const Json& proxies) {
  Types types = {"CDS", "LDS", "EDS", "RDS", "SDS"};
  for (const Json& proxy : proxies) {
    if (!Field(proxy, "types").contains("VHDS")) continue;
    types.emplace_back("VHDS");
    break;
  }
  return types;
}

struct Options {
  std::string proxy;
  OutputFormat format = OutputFormat::kTable;
};

Cell StatusCell(const Json& type) {
  std::string status = Text(type, "status");
  if (status.empty()) status = "NOT SENT";
  const Tone tone = status == "SYNCED"   ? Tone::kGood
                    : status == "STALE"  ? Tone::kWarning
                    : status == "NACKED" ? Tone::kBad
                                         : Tone::kPlain;
  return {std::move(status), tone};
}

// Envoy ends some with a line break.
std::string Reason(const Json& type) {
  return std::string(absl::StripAsciiWhitespace(Text(type, "nackReason")));
}

// Envoys that have all virtual hosts in their routes never ask for any.
Cell StatusCellOf(absl::string_view type, const Json& proxy) {
  const Json& types = Field(proxy, "types");
  if (type == "VHDS" && !types.contains("VHDS")) return "-";
  return StatusCell(Field(types, type));
}

void PrintAll(const Json& proxies, Console& console) {
  const Types types = TypesOf(proxies);
  std::vector<std::string> headings = {"PROXY", "CLUSTER", "CONNECTED SINCE", "CERTIFICATE UNTIL"};
  for (absl::string_view type : types) headings.emplace_back(type);
  Table table(headings);
  std::string reasons;
  for (const Json& proxy : proxies) {
    const std::string id = Text(proxy, "proxy");
    const absl::string_view name = ShortProxyName(id);
    std::vector<Cell> cells = {std::string(name), Text(proxy, "cluster"),
                               WholeSeconds(Text(proxy, "connectedSince")),
                               WholeSeconds(Text(proxy, "certificate.notAfter"))};
    for (absl::string_view type : types) {
      cells.push_back(StatusCellOf(type, proxy));
      const std::string reason = Reason(Field(Field(proxy, "types"), type));
      if (reason.empty()) continue;
      absl::StrAppend(&reasons,
                      Paint(absl::StrCat(name, " refused ", type), Tone::kBad, console.colour),
                      ": ", reason, "\n");
    }
    table.AddRow(std::move(cells));
  }
  console.out << table.Render(console.width, console.colour);
  if (!reasons.empty()) console.out << '\n' << reasons;
}

void PrintIdentity(const Json& proxy, Console& console) {
  const std::string identity = Text(proxy, "identity");
  if (!identity.empty()) console.out << "Identity:         " << identity << '\n';
  const std::string until = Text(proxy, "certificate.notAfter");
  if (until.empty()) return;
  console.out << "Certificate:      from " << WholeSeconds(Text(proxy, "certificate.notBefore"))
              << " until " << WholeSeconds(until) << " (" << TimeLeft(until, absl::Now())
              << "), serial " << Text(proxy, "certificate.serial") << '\n';
}

void PrintOne(const Json& proxy, Console& console) {
  console.out << "Proxy:            " << ShortProxyName(Text(proxy, "proxy")) << '\n'
              << "Node id:          " << Text(proxy, "id") << '\n'
              << "Cluster:          " << Text(proxy, "cluster") << '\n'
              << "Connected since:  " << WholeSeconds(Text(proxy, "connectedSince")) << '\n';
  PrintIdentity(proxy, console);
  console.out << '\n';
  Table table({"TYPE", "STATUS", "VERSION", "REASON"});
  for (absl::string_view type : TypesOf(Json::array({proxy}))) {
    const Json& state = Field(Field(proxy, "types"), type);
    table.AddRow({std::string(type), StatusCell(state), Text(state, "version"), Reason(state)});
  }
  console.out << table.Render(console.width, console.colour);
}

// Leaves only the proxy that was asked for, if one was.
absl::StatusOr<Json> Ask(const Options& options, const Invocation& invocation) {
  const auto client = Connect(invocation);
  if (!client.ok()) return client.status();
  absl::StatusOr<Json> proxies = ListProxies(*client);
  if (!proxies.ok() || options.proxy.empty()) return proxies;
  const auto wanted = ResolveProxy(options.proxy, ProxyNames(*proxies));
  if (!wanted.ok()) return wanted.status();
  Json chosen = Json::array();
  for (const Json& proxy : *proxies) {
    if (Text(proxy, "proxy") == *wanted) chosen.push_back(proxy);
  }
  return chosen;
}

ExitCode ProxyStatus(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  const absl::StatusOr<Json> proxies = Ask(options, invocation);
  if (!proxies.ok()) return Report(proxies.status(), console);
  if (options.format != OutputFormat::kTable) {
    PrintStructured(*proxies, options.format, console);
  } else if (proxies->empty()) {
    console.err << "no proxy is connected\n";
  } else if (options.proxy.empty()) {
    PrintAll(*proxies, console);
  } else {
    for (const Json& proxy : *proxies) PrintOne(proxy, console);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddProxyStatusCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(
      "proxy-status", "Which proxies are connected, and whether each holds what it should");
  command->alias("ps");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("PROXY", options->proxy,
                   "a node id, POD.NAMESPACE, or as much of it as is plain; all if left out")
      ->type_name("");
  AddOutputOption(*command, options->format);
  AddAdminOption(*command, invocation);
  AddExamples(
      *command,
      {{"every proxy: SYNCED, STALE, NACKED or NOT SENT for each type of resource",
        "binnaclectl proxy-status"},
       {"one proxy, with versions and reasons", "binnaclectl proxy-status reviews-v1.default"},
       {"for a script", "binnaclectl proxy-status -o json"}});
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return ProxyStatus(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
