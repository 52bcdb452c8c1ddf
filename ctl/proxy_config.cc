#include "ctl/proxy_config.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ctl/cluster_table.h"
#include "ctl/endpoint_table.h"
#include "ctl/listener_table.h"
#include "ctl/output_format.h"
#include "ctl/proxy_name.h"
#include "ctl/resource_filter.h"
#include "ctl/route_table.h"
#include "ctl/shaping_objects.h"

namespace binnacle::ctl {
namespace {

struct Options {
  std::string proxy;
  ResourceFilter filter;
  OutputFormat format = OutputFormat::kTable;
};

// One type of resource: how it is asked for and shown.
struct Shown {
  std::string type;  // "clusters"
  std::string about;
  std::string shaped_by;  // the kind whose objects a column names; may be empty
  bool (*wanted)(const Json& resource, const ResourceFilter& filter);
  std::function<Table(const Json& resources, const ResourceFilter& filter,
                      const ShapingObjects& objects)>
      table;
};

absl::StatusOr<std::string> FindProxy(const AdminClient& client, const std::string& name) {
  const absl::StatusOr<Json> proxies = ListProxies(client);
  if (!proxies.ok()) return proxies.status();
  return ResolveProxy(name, ProxyNames(*proxies));
}

// Envoy's JSON of every wanted resource; with `origins`, each has a key more.
absl::StatusOr<Json> Resources(const AdminClient& client, const Shown& shown,
                               const Options& options, bool origins) {
  const absl::StatusOr<std::string> proxy = FindProxy(client, options.proxy);
  if (!proxy.ok()) return proxy.status();
  std::multimap<std::string, std::string> query = {{"proxy", *proxy}};
  if (origins) query.emplace("origins", "1");
  absl::StatusOr<Json> all = client.Get("/debug/proxy-config/" + shown.type, query);
  if (!all.ok()) return all.status();
  Json wanted = Json::array();
  for (Json& resource : *all) {
    if (shown.wanted(resource, options.filter)) wanted.push_back(std::move(resource));
  }
  return wanted;
}

// Without them the column stays empty: no reason to show nothing at all.
ShapingObjects ObjectsOf(const AdminClient& client, const std::string& kind) {
  if (kind.empty()) return {};
  const absl::StatusOr<Json> objects = client.Get("/debug/objects", {{"kind", kind}});
  return objects.ok() ? ShapingObjects(*objects) : ShapingObjects();
}

ExitCode Show(const Shown& shown, const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  const auto client = Connect(invocation);
  if (!client.ok()) return Report(client.status(), console);
  const bool for_people = options.format == OutputFormat::kTable;
  const auto resources = Resources(*client, shown, options, for_people);
  if (!resources.ok()) return Report(resources.status(), console);
  if (!for_people) {
    PrintStructured(*resources, options.format, console);
    return ExitCode::kOk;
  }
  const Table table = shown.table(*resources, options.filter, ObjectsOf(*client, shown.shaped_by));
  if (table.empty()) {
    console.err << "the proxy has no such " << shown.type << '\n';
  } else {
    console.out << table.Render(console.width, console.colour);
  }
  return ExitCode::kOk;
}

// "" when the text is a port; CLI11 shows the answer otherwise.
std::string ComplainOfPort(const std::string& text) {
  int port = 0;
  if (absl::SimpleAtoi(text, &port) && port > 0 && port <= 65535) return "";
  return absl::StrCat("\"", text, "\" is not a port; ports are 1 to 65535");
}

std::string ComplainOfDirection(const std::string& text) {
  if (text == "inbound" || text == "outbound") return "";
  return absl::StrCat("unknown direction \"", text, "\"; allowed are inbound and outbound");
}

CLI::App* AddType(CLI::App& command, Invocation& invocation, const Shown& shown,
                  const std::shared_ptr<Options>& options) {
  CLI::App* type = command.add_subcommand(shown.type, shown.about);
  type->alias(shown.type.substr(0, shown.type.size() - 1));
  type->add_option("PROXY", options->proxy, "a node id, POD.NAMESPACE, or as much as is plain")
      ->type_name("")
      ->required();
  type->add_option("--name", options->filter.name, "only the resource of this name")
      ->type_name("NAME");
  AddOutputOption(*type, options->format);
  AddAdminOption(*type, invocation);
  type->callback([&invocation, shown, options] {
    invocation.action = [&invocation, shown, options] { return Show(shown, *options, invocation); };
  });
  return type;
}

void AddPort(CLI::App& type, Options& options, const std::string& about) {
  type.add_option("--port", options.filter.port, about)
      ->type_name("PORT")
      ->check(CLI::Validator(ComplainOfPort, ""));
}

void AddFqdn(CLI::App& type, Options& options, const std::string& about) {
  type.add_option("--fqdn", options.filter.fqdn, about)->type_name("HOST");
}

void AddServiceFilters(CLI::App& type, Options& options) {
  AddFqdn(type, options, "only of this host, named in full or by its first labels");
  AddPort(type, options, "only of this port of the service");
  type.add_option("--subset", options.filter.subset, "only of this subset")->type_name("NAME");
  type.add_option("--direction", options.filter.direction, "inbound or outbound")
      ->type_name("WAY")
      ->check(CLI::Validator(ComplainOfDirection, ""));
}

void AddClusters(CLI::App& command, Invocation& invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* type = AddType(
      command, invocation,
      {"clusters", "The services that the proxy can send to", "DestinationRule", IsWantedCluster,
       [](const Json& clusters, const ResourceFilter&, const ShapingObjects& rules) {
         return ClusterTable(clusters, rules);
       }},
      options);
  AddServiceFilters(*type, *options);
  AddExamples(*type,
              {{"one service and its subsets",
                "binnaclectl proxy-config clusters reviews-v1.default --fqdn reviews.default"},
               {"as Envoy reads it",
                "binnaclectl proxy-config clusters reviews-v1.default --port 9080 -o json"}});
}

void AddListeners(CLI::App& command, Invocation& invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* type = AddType(
      command, invocation,
      {"listeners", "Where the proxy takes connections, and where they lead", "", IsWantedListener,
       [](const Json& listeners, const ResourceFilter&, const ShapingObjects&) {
         return ListenerTable(listeners);
       }},
      options);
  AddPort(*type, *options, "only on this port");
  type->add_option("--address", options->filter.address, "only on this address")
      ->type_name("ADDRESS");
  AddExamples(*type, {{"all", "binnaclectl proxy-config listeners reviews-v1.default"},
                      {"what happens to connections that come in",
                       "binnaclectl proxy-config listeners reviews-v1.default --port 15006"}});
}

void AddRoutes(CLI::App& command, Invocation& invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* type = AddType(command, invocation,
                           {"routes", "What the proxy does with requests, host by host",
                            "VirtualService", IsWantedRouteConfiguration, RouteTable},
                           options);
  AddFqdn(*type, *options, "only virtual hosts for this host, in full or its first labels");
  AddExamples(*type,
              {{"of one host", "binnaclectl proxy-config routes reviews-v1.default --fqdn reviews"},
               {"of one route configuration, as Envoy reads it",
                "binnaclectl proxy-config routes reviews-v1.default --name 9080 -o yaml"}});
}

void AddEndpoints(CLI::App& command, Invocation& invocation) {
  const auto options = std::make_shared<Options>();
  CLI::App* type =
      AddType(command, invocation,
              {"endpoints", "The addresses behind the proxy's clusters", "", IsWantedAssignment,
               [](const Json& assignments, const ResourceFilter& filter, const ShapingObjects&) {
                 return EndpointTable(assignments, filter);
               }},
              options);
  AddServiceFilters(*type, *options);
  type->add_option("--address", options->filter.address, "only this IP, or IP:PORT")
      ->type_name("ADDRESS");
  type->add_option("--status", options->filter.status, "only HEALTHY, DRAINING, ...")
      ->type_name("STATUS");
  AddExamples(*type,
              {{"of one subset",
                "binnaclectl proxy-config endpoints reviews-v1.default --fqdn reviews "
                "--subset v1"},
               {"where an address appears",
                "binnaclectl proxy-config endpoints reviews-v1.default --address 10.0.0.7"}});
}

}  // namespace

void AddProxyConfigCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(
      "proxy-config", "What a proxy was sent: listeners, routes, clusters, endpoints");
  command->alias("pc");
  command->require_subcommand(1);
  AddListeners(*command, invocation);
  AddRoutes(*command, invocation);
  AddClusters(*command, invocation);
  AddEndpoints(*command, invocation);
  AddExamples(
      *command,
      {{"what a proxy does with requests", "binnaclectl proxy-config routes reviews-v1.default"},
       {"the addresses it knows", "binnaclectl proxy-config endpoints reviews-v1.default"}});
}

}  // namespace binnacle::ctl
