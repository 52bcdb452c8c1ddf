#include "ctl/ca_issued.h"

#include <map>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "ctl/authority_questions.h"
#include "ctl/json_field.h"
#include "ctl/output_format.h"
#include "ctl/proxy_name.h"
#include "ctl/table.h"

namespace binnacle::ctl {
namespace {

struct Options {
  std::string identity;
  std::string serial;
  bool valid = false;
  int limit = 100;
  OutputFormat format = OutputFormat::kTable;
  OrderAddress address;
};

void Print(const Json& records, Console& console) {
  Table table({"ISSUED", "UNTIL", "IDENTITY", "NODE", "CALLER", "SERIAL"});
  for (const Json& record : records) {
    const std::string node = Text(record, "node");
    table.AddRow({Text(record, "issuedAt"), Text(record, "notAfter"), Text(record, "identity"),
                  std::string(ShortProxyName(node)), Text(record, "caller"),
                  Text(record, "serial")});
  }
  console.out << table.Render(console.width, console.colour);
}

ExitCode Issued(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  std::multimap<std::string, std::string> query = {{"limit", absl::StrCat(options.limit)}};
  if (!options.identity.empty()) query.emplace("identity", options.identity);
  if (!options.serial.empty()) query.emplace("serial", options.serial);
  if (options.valid) query.emplace("valid", "1");
  const auto records = AskAuthority(invocation, options.address, "/debug/ca/issued", query);
  if (!records.ok()) return Report(records.status(), console);
  if (options.format != OutputFormat::kTable) {
    PrintStructured(*records, options.format, console);
  } else if (records->empty()) {
    console.err << "no such certificate was issued\n";
  } else {
    Print(*records, console);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddCaIssuedCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command =
      ca.add_subcommand("issued", "Every certificate that was issued, newest first");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("IDENTITY", options->identity, "a SPIFFE ID or a part of one; any if left out")
      ->type_name("");
  command->add_option("--serial", options->serial, "the one with this serial number")
      ->type_name("HEX");
  command->add_flag("--valid", options->valid, "only those that are still valid");
  command->add_option("--limit", options->limit, "how many at most")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str()
      ->type_name("N");
  AddOutputOption(*command, options->format);
  AddQuestionOptions(*command, invocation, options->address);
  AddExamples(*command,
              {{"the newest, whoever they are for", "binnaclectl ca issued"},
               {"what a namespace holds now", "binnaclectl ca issued /ns/default/ --valid"},
               {"for a script", "binnaclectl ca issued --limit 1000 -o json"}});
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Issued(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
