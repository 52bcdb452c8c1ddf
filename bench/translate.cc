// bench/translate.cc
//
// How long translation takes on one core, without streams: everything cold, for
// each kind of resource; nothing changed; and one endpoint or one route changed
// in meshes of several sizes. One line of JSON for each case.
//
//   bench_translate [--seconds 1] [--only cold|unchanged|changed] [--case TEXT]
//                   [--sizes 100,1000,20000]
//
// Time is the thread's own, so that others on the machine disturb little; the
// median of the rounds is told. "Cold" starts from a snapshot that exists and a
// translator that has seen nothing, as the baseline's own benchmarks do.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "bench/gateway_mesh.h"
#include "bench/mesh_generator.h"
#include "mesh/mesh_settings.h"
#include "mesh/store.h"
#include "nlohmann/json.hpp"
#include "policy/document.h"
#include "policy/file_parser.h"
#include "translator/translator.h"

namespace binnacle::bench {
namespace {

using nlohmann::json;
using translator::ProxyClass;
using translator::ResourceType;
using translator::Translator;

constexpr std::array<ResourceType, 4> kTypes = {ResourceType::kCluster, ResourceType::kEndpoint,
                                                ResourceType::kListener, ResourceType::kRoute};

double ThreadNanos() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "bench_translate: %s\n", why.c_str());
  std::exit(1);
}

// `run` gives the nanoseconds of one round.
double MedianNanos(double seconds, const std::function<double()>& run) {
  std::vector<double> rounds;
  const absl::Time deadline = absl::Now() + absl::Seconds(seconds);
  while (rounds.size() < 5 || absl::Now() < deadline) rounds.push_back(run());
  std::nth_element(rounds.begin(), rounds.begin() + static_cast<ptrdiff_t>(rounds.size() / 2),
                   rounds.end());
  return rounds[rounds.size() / 2];
}

// A store with what the texts of `parsers` define.
struct Mesh {
  mesh::Store store{{mesh::WithDefaults({}), "cluster.local"}};

  double Put(const policy::Parsed& parsed) {
    for (const auto& finding : parsed.findings) {
      if (finding.severity == policy::Severity::kError) Fail(finding.ToString());
    }
    const double start = ThreadNanos();
    store.Apply({parsed.objects, {}, absl::Now()});
    return ThreadNanos() - start;
  }
};

translator::Node NodeOf(translator::ProxyType type) {
  translator::Node node;
  node.id = "played";
  node.type = type;
  node.ns = type == translator::ProxyType::kGateway ? "gateways" : "apps";
  node.addresses = {"10.128.0.1"};
  node.envoy = {1, 40};
  if (type == translator::ProxyType::kGateway) node.labels["istio"] = "ingressgateway";
  return node;
}

struct Effort {
  double seconds = 1;     // for each case
  std::string only_case;  // what the names of the cases to run hold
};

struct ColdCase {
  std::string name;
  translator::ProxyType proxy;
  ResourceType type;
  double baseline_ms;
};

// Builds the resources of one type; gives how many.
size_t Build(Translator& translator, ResourceType type, const std::vector<std::string>& names,
             const ProxyClass& proxy, const mesh::Snapshot& snapshot) {
  if (type != ResourceType::kRoute) return translator.All(type, proxy, snapshot)->size();
  size_t found = 0;
  for (const std::string& name : names) {
    found += translator.Find(type, name, proxy, snapshot) != nullptr ? 1 : 0;
  }
  return found;
}

void RunCold(const ColdCase& what, const mesh::Snapshot& snapshot, const Effort& effort) {
  if (!absl::StrContains(what.name, effort.only_case)) return;
  const translator::Node node = NodeOf(what.proxy);
  // Proxies ask for routes by the names in their listeners.
  std::vector<std::string> names;
  size_t bytes = 0;
  {
    Translator warm;
    const auto all = warm.All(what.type, *warm.Classify(node, snapshot), snapshot);
    for (const auto& resource : *all) {
      names.push_back(resource->name());
      bytes += resource->message().size();
    }
  }
  size_t built = 0;
  const double nanos = MedianNanos(effort.seconds, [&] {
    Translator translator;
    const auto proxy = translator.Classify(node, snapshot);
    const double start = ThreadNanos();
    built = Build(translator, what.type, names, *proxy, snapshot);
    return ThreadNanos() - start;
  });
  if (built != names.size()) Fail(absl::StrCat(what.name, ": not all could be made"));
  const double bar = what.baseline_ms / 5 * 1e6;
  std::puts(json({{"case", what.name},
                  {"ns_per_op", nanos},
                  {"bar_ns", bar},
                  {"of_bar", nanos / bar},
                  {"baseline_ns", what.baseline_ms * 1e6},
                  {"resources", built},
                  {"bytes", bytes}})
                .dump()
                .c_str());
  std::fflush(stdout);
}

void RunColdCases(const Effort& effort) {
  const auto gateway = translator::ProxyType::kGateway;
  const auto sidecar = translator::ProxyType::kSidecar;
  Mesh hosts;
  hosts.Put(policy::ParseDocuments(GatewaysOfTheirOwn(1000), "hosts.yaml"));
  const auto snapshot = hosts.store.snapshot();
  RunCold({"gateway 1000 HTTPS: routes", gateway, ResourceType::kRoute, 26.7}, *snapshot, effort);
  RunCold({"gateway 1000 HTTPS: clusters", gateway, ResourceType::kCluster, 14.2}, *snapshot,
          effort);
  RunCold({"gateway 1000 HTTPS: listeners", gateway, ResourceType::kListener, 16.4}, *snapshot,
          effort);
  Mesh shared;
  shared.Put(policy::ParseDocuments(SharedGateway(1000), "shared.yaml"));
  RunCold(
      {"gateway shared host, 1000 VirtualServices: routes", gateway, ResourceType::kRoute, 67.7},
      *shared.store.snapshot(), effort);
  MeshShape shape;
  shape.services = 100;
  shape.endpoints = 1;
  shape.subsets = 0;
  Mesh small;
  small.Put(policy::ParseDocuments(MeshGenerator(shape).AllText(), "small.yaml"));
  const auto services = small.store.snapshot();
  RunCold({"sidecar 100 HTTP: routes", sidecar, ResourceType::kRoute, 0.49}, *services, effort);
  RunCold({"sidecar 100 HTTP: clusters", sidecar, ResourceType::kCluster, 1.59}, *services, effort);
  RunCold({"sidecar 100 HTTP: listeners", sidecar, ResourceType::kListener, 0.12}, *services,
          effort);
}

// A mesh of some size whose services are changed one by one, and what a sidecar
// of it is to hold.
class ChangingMesh {
 public:
  explicit ChangingMesh(int services) : generator_(ShapeOf(services)) {
    for (int file = 0; file < generator_.files(); ++file) {
      parsers_.push_back(
          std::make_unique<policy::FileParser>(generator_.FileName(file), policy::ParseOptions()));
    }
    policy::Parsed all;
    for (int file = 0; file < generator_.files(); ++file) {
      policy::Parsed one = parsers_[static_cast<size_t>(file)]->Parse(generator_.FileText(file));
      all.objects.insert(all.objects.end(), one.objects.begin(), one.objects.end());
    }
    mesh_.Put(all);
    proxy_ = translator_.Classify(NodeOf(translator::ProxyType::kSidecar), *mesh_.store.snapshot());
  }

  double TranslateAll() {
    const auto snapshot = mesh_.store.snapshot();
    const double start = ThreadNanos();
    for (const ResourceType type : kTypes) translator_.All(type, *proxy_, *snapshot);
    return ThreadNanos() - start;
  }

  struct Nanos {
    double parse = 0;
    double commit = 0;
    double translate = 0;
  };
  Nanos Change(bool endpoint) {
    const int service = next_ = (next_ + 37) % generator_.shape().services;
    if (endpoint) {
      generator_.ChangeEndpoint(service);
    } else {
      generator_.ChangeRoute(service);
    }
    const std::string text = generator_.FileText(service);
    Nanos nanos;
    const double start = ThreadNanos();
    const policy::Parsed parsed = parsers_[static_cast<size_t>(service)]->Parse(text);
    nanos.parse = ThreadNanos() - start;
    nanos.commit = mesh_.Put(parsed);
    nanos.translate = TranslateAll();
    return nanos;
  }

 private:
  static MeshShape ShapeOf(int services) {
    MeshShape shape;
    shape.services = services;
    return shape;
  }

  MeshGenerator generator_;
  std::vector<std::unique_ptr<policy::FileParser>> parsers_;
  Mesh mesh_;
  Translator translator_;
  std::shared_ptr<const ProxyClass> proxy_;
  int next_ = 0;
};

void RunChanged(ChangingMesh& mesh, int services, bool endpoint, double seconds) {
  std::vector<double> parse;
  std::vector<double> commit;
  const double translate = MedianNanos(seconds, [&] {
    const auto nanos = mesh.Change(endpoint);
    parse.push_back(nanos.parse);
    commit.push_back(nanos.commit);
    return nanos.translate;
  });
  auto median = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  std::puts(json({{"case", endpoint ? "one endpoint changed" : "one VirtualService changed"},
                  {"services", services},
                  {"parse_ns", median(parse)},
                  {"commit_ns", median(commit)},
                  {"translate_ns", translate}})
                .dump()
                .c_str());
  std::fflush(stdout);
}

void RunSizes(const std::vector<int>& sizes, const std::string& only, double seconds) {
  for (const int services : sizes) {
    ChangingMesh mesh(services);
    const double cold = mesh.TranslateAll();
    if (only != "changed") {
      const double nanos = MedianNanos(seconds, [&] { return mesh.TranslateAll(); });
      std::puts(json({{"case", "nothing changed"},
                      {"services", services},
                      {"ns_per_op", nanos},
                      {"cold_ns", cold}})
                    .dump()
                    .c_str());
      std::fflush(stdout);
    }
    if (only == "unchanged") continue;
    RunChanged(mesh, services, /*endpoint=*/true, seconds);
    RunChanged(mesh, services, /*endpoint=*/false, seconds);
  }
}

}  // namespace
}  // namespace binnacle::bench

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("How long translation takes on one core, without streams.", "bench_translate");
  app.footer(
      "Examples:\n"
      "  bench_translate --only cold\n"
      "  bench_translate --only changed --sizes 100,1000,20000");
  binnacle::bench::Effort effort;
  std::string only;
  std::vector<int> sizes = {100, 1000, 20'000};
  app.add_option("--seconds", effort.seconds, "for each case")->capture_default_str();
  app.add_option("--only", only, "cases")->check(CLI::IsMember({"cold", "unchanged", "changed"}));
  app.add_option("--case", effort.only_case, "only the cold cases whose name holds this");
  app.add_option("--sizes", sizes, "services")->delimiter(',')->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (only.empty() || only == "cold") binnacle::bench::RunColdCases(effort);
  if (only != "cold") binnacle::bench::RunSizes(sizes, only, effort.seconds);
  return 0;
}
