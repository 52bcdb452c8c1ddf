#include "ctl/get.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ctl/json_field.h"
#include "ctl/kind_words.h"
#include "ctl/origin_text.h"
#include "ctl/output_format.h"
#include "ctl/table.h"
#include "policy/nearest_word.h"

namespace binnacle::ctl {
namespace {

struct Options {
  std::string kinds;
  std::string name;
  std::string ns = "default";
  bool all_namespaces = false;
  OutputFormat format = OutputFormat::kTable;
};

absl::StatusOr<std::vector<policy::Kind>> ReadKinds(absl::string_view words) {
  std::vector<policy::Kind> kinds;
  if (words == "all") {
    for (int i = 0; i < policy::kKindCount; ++i) kinds.push_back(static_cast<policy::Kind>(i));
    return kinds;
  }
  for (absl::string_view word : absl::StrSplit(words, ',')) {
    const std::optional<policy::Kind> kind = KindByWord(word);
    if (kind.has_value()) {
      kinds.push_back(*kind);
      continue;
    }
    const std::string remedy = policy::DidYouMean(word, KindWords());
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown kind \"", word, "\"",
        remedy.empty() ? "; there are all, " + KindWordList() : absl::StrCat(" (", remedy, ")")));
  }
  return kinds;
}

std::multimap<std::string, std::string> Query(policy::Kind kind, const Options& options) {
  std::multimap<std::string, std::string> query = {{"kind", std::string(policy::KindName(kind))}};
  if (!options.all_namespaces && !policy::IsClusterScoped(kind)) {
    query.emplace("namespace", options.ns);
  }
  if (!options.name.empty()) query.emplace("name", options.name);
  return query;
}

absl::StatusOr<Json> Ask(const std::vector<policy::Kind>& kinds, const Options& options,
                         const Invocation& invocation) {
  const auto client = Connect(invocation);
  if (!client.ok()) return client.status();
  Json objects = Json::array();
  for (policy::Kind kind : kinds) {
    absl::StatusOr<Json> some = client->Get("/debug/objects", Query(kind, options));
    if (!some.ok()) return some.status();
    std::move(some->begin(), some->end(), std::back_inserter(objects));
  }
  return objects;
}

// The hosts that an object is about, in whichever field its kind has them.
std::string HostsOf(const Json& object) {
  const Json& spec = Field(object, "spec");
  std::vector<std::string> hosts;
  const auto add = [&hosts](const Json& list) {
    for (const Json& host : list) {
      if (host.is_string()) hosts.push_back(host.get<std::string>());
    }
  };
  add(Field(spec, "hosts"));
  add(Json::array({Field(spec, "host")}));
  for (const Json& server : Field(spec, "servers")) add(Field(server, "hosts"));
  return absl::StrJoin(hosts, ", ");
}

const Json& Refusals(const Json& object) { return Field(object, "refusals"); }
const Json& Lacking(const Json& object) { return Field(object, "lackingCredentials"); }
bool IsInDoubt(const Json& object) { return !Refusals(object).empty() || !Lacking(object).empty(); }
Cell StatusOf(const Json& object) {
  if (!Refusals(object).empty()) return {"REFUSED", Tone::kBad};
  if (!Lacking(object).empty()) return {"DEGRADED", Tone::kWarning};
  return "IN EFFECT";
}

// What proxies refuse of what the object shapes: an object may be sound, and
// yet make something that some Envoy does not take.
void PrintRefusals(const Json& objects, Console& console) {
  for (const Json& object : objects) {
    for (const Json& refusal : Refusals(object)) {
      const std::string host = Text(refusal, "virtualHost");
      const std::string what =
          absl::StrCat(Text(object, "kind"), " ", ObjectName(object), " (", OriginText(object),
                       ") is refused by ", Text(refusal, "proxy"));
      console.out << '\n'
                  << Paint(what, Tone::kBad, console.colour) << ": " << Text(refusal, "type") << ' '
                  << Text(refusal, "resource") << (host.empty() ? "" : ", virtual host " + host)
                  << ": " << Text(refusal, "reason") << '\n';
    }
  }
}

// Which hosts of a Gateway have no TLS.
void PrintLacking(const Json& objects, Console& console) {
  for (const Json& object : objects) {
    for (const Json& lack : Lacking(object)) {
      std::vector<std::string> hosts;
      for (const Json& host : Field(lack, "hosts")) hosts.push_back(host.get<std::string>());
      const std::string what =
          absl::StrCat(Text(object, "kind"), " ", ObjectName(object), " (", OriginText(object),
                       ") has no TLS for ", absl::StrJoin(hosts, ", "));
      console.out << '\n'
                  << Paint(what, Tone::kWarning, console.colour) << " (port " << Text(lack, "port")
                  << "): " << Text(lack, "reason") << '\n';
    }
  }
}

void PrintTable(const Json& objects, bool several_kinds, Console& console) {
  const bool any_hosts = std::any_of(objects.begin(), objects.end(),
                                     [](const Json& object) { return !HostsOf(object).empty(); });
  std::vector<std::string> headings = {"NAMESPACE", "NAME"};
  if (several_kinds) headings.insert(headings.begin(), "KIND");
  const bool any_in_doubt = std::any_of(objects.begin(), objects.end(), IsInDoubt);
  if (any_hosts) headings.emplace_back("HOSTS");
  if (any_in_doubt) headings.emplace_back("STATUS");
  headings.emplace_back("ORIGIN");
  Table table(headings);
  for (const Json& object : objects) {
    std::vector<Cell> cells;
    if (several_kinds) cells.emplace_back(Text(object, "kind"));
    cells.emplace_back(Text(object, "metadata.namespace"));
    cells.emplace_back(Text(object, "metadata.name"));
    if (any_hosts) cells.emplace_back(HostsOf(object));
    if (any_in_doubt) cells.push_back(StatusOf(object));
    cells.emplace_back(OriginText(object));
    table.AddRow(std::move(cells));
  }
  console.out << table.Render(console.width, console.colour);
  PrintRefusals(objects, console);
  PrintLacking(objects, console);
}

// What to say when nothing was found.
std::string Nothing(const Options& options, const std::vector<policy::Kind>& kinds) {
  const std::string what =
      kinds.size() == 1 ? std::string(policy::KindName(kinds[0])) : options.kinds;
  const bool everywhere =
      options.all_namespaces || (kinds.size() == 1 && policy::IsClusterScoped(kinds[0]));
  return absl::StrCat(
      "no ", what, options.name.empty() ? "" : " ", options.name,
      everywhere ? ""
                 : absl::StrCat(" in namespace ", options.ns, "; -A looks into every namespace"));
}

std::string KindsForHelp() {
  std::string text = "Kinds:\n";
  for (const std::string& line : WrapText(KindWordList(), 100))
    absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

ExitCode Get(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  const auto kinds = ReadKinds(options.kinds);
  if (!kinds.ok()) return Report(kinds.status(), console);
  const absl::StatusOr<Json> objects = Ask(*kinds, options, invocation);
  if (!objects.ok()) return Report(objects.status(), console);
  if (options.format != OutputFormat::kTable) {
    PrintStructured(*objects, options.format, console);
  } else if (!objects->empty()) {
    PrintTable(*objects, kinds->size() > 1, console);
  }
  if (!objects->empty()) return ExitCode::kOk;
  console.err << Nothing(options, *kinds) << '\n';
  // An empty list is an answer; a name that is not there is not.
  return options.name.empty() ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

void AddGetCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("get", "The objects in effect, and where each was written");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("KIND", options->kinds,
                   "one of those below, several with commas between, or all")
      ->type_name("")
      ->required();
  command->add_option("NAME", options->name, "only the object of that name")->type_name("");
  CLI::Option* ns = command
                        ->add_option("-n,--namespace", options->ns,
                                     "look into this namespace; \"default\" if left out")
                        ->type_name("NS");
  command->add_flag("-A,--all-namespaces", options->all_namespaces, "look into every namespace")
      ->excludes(ns);
  AddOutputOption(*command, options->format);
  AddAdminOption(*command, invocation);
  AddExamples(*command,
              {{"every VirtualService, with the file and line of each", "binnaclectl get vs -A"},
               {"one object as it is in effect", "binnaclectl get dr reviews -n default -o yaml"},
               {"all that a namespace has of policy", "binnaclectl get gw,vs,dr,se -n default"}},
              KindsForHelp());
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Get(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
