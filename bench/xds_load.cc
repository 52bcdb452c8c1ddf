// bench_xds_load: plays many proxies to a control plane, and measures it.

#include <sys/resource.h>

#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bench/load_client.h"
#include "bench/load_steps.h"
#include "bench/mesh_shape_flags.h"
#include "nlohmann/json.hpp"

namespace binnacle::bench {
namespace {

constexpr char kAbout[] =
    "Plays many proxies to a control plane, and measures it at both ends of the wire.\n"
    "Each step's result is one line of JSON on standard output.";
constexpr char kSteps[] =
    "Steps, done in order:\n"
    "  open:N             N proxies more come and get their whole configuration\n"
    "  endpoint:N         N times: one endpoint's address changes\n"
    "  virtual-service:N  N times: one route changes\n"
    "  reconnect:N        N times: all streams are lost and come back naming what they hold\n"
    "  restart            waits for somebody to restart the server on the same address\n"
    "  idle:N             N seconds of nothing\n"
    "Examples:\n"
    "  bench_generate_mesh /tmp/mesh --services 1000\n"
    "  binnacled serve --policy-dir /tmp/mesh --xds-address 127.0.0.1:21010 --secure-address \"\" "
    "&\n"
    "  bench_xds_load --address 127.0.0.1:21010 --server $! --policy-dir /tmp/mesh \\\n"
    "    --services 1000 open:100 endpoint:20 virtual-service:10 reconnect open:100\n"
    "  bench_xds_load --address 127.0.0.1:21010 --variant sotw --connections 4 open:1000\n"
    "  bench_xds_load --address 127.0.0.1:21010 --policy-dir /tmp/mesh --services 1000 \\\n"
    "    --on-demand-hosts 20 open:100 virtual-service:10";

struct Flags {
  LoadOptions load;
  StepOptions steps;
  MeshShape shape;
  std::string variant = "delta";
  std::string kind = "sidecar";
  int on_demand_hosts = 0;
  double within = 1;
  double patience = 120;
  int serial = 0;
  std::vector<std::string> words;
};

void AddLoadFlags(CLI::App& app, Flags& flags) {
  app.add_option("STEP", flags.words, "open:N, endpoint:N, ... (below)")->required();
  app.add_option("--address", flags.load.address, "of the server's plaintext xDS")
      ->required()
      ->type_name("HOST:PORT");
  app.add_option("--variant", flags.variant, "of the protocol")
      ->check(CLI::IsMember({"delta", "sotw"}))
      ->capture_default_str();
  app.add_option("--kind", flags.kind, "of proxies")
      ->check(CLI::IsMember({"sidecar", "gateway"}))
      ->capture_default_str();
  app.add_option("--connections", flags.load.connections,
                 "that all streams share; 0: one for each, as proxies have")
      ->capture_default_str();
  app.add_option("--save", flags.load.save,
                 "append what the first proxy is sent to this file, for bench_stored_bytes")
      ->type_name("FILE");
  app.add_option("--on-demand-hosts", flags.on_demand_hosts,
                 "each sidecar fetches the virtual hosts of so many services, those that change, "
                 "rather than all; 0: all come with the routes")
      ->capture_default_str();
  auto& identity = flags.load.identity;
  app.add_option("--namespaces", identity.namespaces, "that proxies are spread over")
      ->capture_default_str();
  app.add_option("--apps", identity.apps, "values of the label app")->capture_default_str();
  app.add_option("--localities", identity.localities, "zones")->capture_default_str();
  app.add_flag("--members", identity.members, "each proxy is an endpoint of a service");
}

void AddStepFlags(CLI::App& app, Flags& flags) {
  app.add_option("--policy-dir", flags.steps.policy_dir,
                 "where changes are written; bench_generate_mesh has made it")
      ->type_name("DIR");
  app.add_option("--server", flags.steps.server,
                 "the server's process, whose processor time and memory are told")
      ->type_name("PID|FILE");
  app.add_option("--within", flags.within, "seconds in which lost streams come back")
      ->capture_default_str();
  app.add_option("--patience", flags.patience, "seconds to wait for anything")
      ->capture_default_str();
  app.add_option("--serial", flags.serial, "changes made to the mesh by earlier runs")
      ->capture_default_str();
}

// A connection for each proxy takes a file descriptor for each.
void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void FetchVirtualHosts(Flags& flags) {
  if (flags.on_demand_hosts <= 0) return;
  flags.load.identity.on_demand_hosts = true;
  flags.steps.changed_services = flags.on_demand_hosts;
  const MeshGenerator mesh(flags.shape);
  for (int i = 0; i < flags.on_demand_hosts; ++i) {
    const int service = ServiceOfChange(i, flags.shape.services);
    flags.load.virtual_hosts.push_back("80/" + mesh.HostOf(service));
  }
}

int Run(Flags flags) {
  RaiseFileLimit();
  flags.load.delta = flags.variant == "delta";
  flags.load.identity.gateway = flags.kind == "gateway";
  flags.load.identity.services = flags.shape.services;
  FetchVirtualHosts(flags);
  flags.steps.within = absl::Seconds(flags.within);
  flags.steps.patience = absl::Seconds(flags.patience);
  LoadClient client(flags.load);
  LoadSteps steps(client, MeshGenerator(flags.shape, flags.serial), flags.steps);
  for (const std::string& word : flags.words) {
    std::fprintf(stderr, "%s ...\n", word.c_str());
    const auto result = steps.Run(word);
    if (!result.ok()) {
      std::fprintf(stderr, "bench_xds_load: %s\n", result.status().ToString().c_str());
      return 1;
    }
    std::puts(result->dump().c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace binnacle::bench

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app(binnacle::bench::kAbout, "bench_xds_load");
  app.footer(binnacle::bench::kSteps);
  binnacle::bench::Flags flags;
  AddLoadFlags(app, flags);
  AddStepFlags(app, flags);
  AddMeshShapeFlags(app, flags.shape);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return binnacle::bench::Run(std::move(flags));
}
