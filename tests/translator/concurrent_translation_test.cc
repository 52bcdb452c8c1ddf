// Several threads ask for the resources of several classes while snapshots move
// on: of use under the thread sanitizer, and what each thread got is compared
// with what a translator of its own makes of the same snapshot.

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "tests/mesh/mesh_from.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

constexpr int kCommits = 60;
constexpr int kThreads = 4;
constexpr int kServices = 6;

using Versions = std::map<std::string, std::string>;

// Of service $0: its address, its subset and its weight say $1.
constexpr char kService[] = R"(
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: shop}
spec: {clusterIP: 10.0.0.$1, selector: {app: $0}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: $0-1, namespace: shop, labels: {app: $0, version: v$1}}
status: {podIP: 10.1.0.$1}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: $0, namespace: shop}
spec: {host: $0, subsets: [{name: s$1, labels: {version: v$1}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: $0, namespace: shop}
spec: {hosts: [$0], http: [{route: [{destination: {host: $0, subset: s$1}}]}]}
---
)";

std::string Service(int service, int number) {
  return absl::Substitute(kService, absl::StrCat("s", service), 1 + number % 250);
}

std::vector<Node> Nodes() {
  std::vector<Node> nodes(3);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].ns = i == 0 ? "shop" : "other";
    nodes[i].name = absl::StrCat("x-", i, ".", nodes[i].ns);
    nodes[i].addresses = {absl::StrCat("10.9.0.", i)};
    nodes[i].labels = {{"app", absl::StrCat("x", i)}};
    nodes[i].envoy = {1, 40};
  }
  return nodes;
}

Versions VersionsOf(Translator& translator, const Node& node, const mesh::Snapshot& snapshot) {
  Versions versions;
  const auto proxy = translator.Classify(node, snapshot);
  for (const ResourceType type : {ResourceType::kCluster, ResourceType::kEndpoint,
                                  ResourceType::kListener, ResourceType::kRoute}) {
    const auto all = translator.All(type, *proxy, snapshot);
    for (const auto& resource : *all) {
      versions[absl::StrCat(ShortName(type), " ", resource->name())] = resource->version();
      const auto found = translator.Find(type, resource->name(), *proxy, snapshot);
      if (found == nullptr || found->version() != resource->version()) {
        versions[absl::StrCat(ShortName(type), " ", resource->name(), " alone")] = "another";
      }
    }
  }
  return versions;
}

struct Answer {
  std::shared_ptr<const mesh::Snapshot> snapshot;
  Node node;
  Versions versions;
};

TEST_CASE("whatever other threads ask for, each gets what its snapshot says") {
  mesh::Store store(mesh::DefaultSettings());
  for (int i = 0; i < kServices; ++i) store.Apply(mesh::Putting(Service(i, 1)));
  Translator shared;
  std::atomic<bool> done{false};
  std::vector<std::vector<Answer>> answers(kThreads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::vector<Node> nodes = Nodes();
      for (size_t i = t; !done || answers[t].empty(); ++i) {
        const auto snapshot = store.snapshot();
        const Node& node = nodes[i % nodes.size()];
        answers[t].push_back({snapshot, node, VersionsOf(shared, node, *snapshot)});
      }
    });
  }
  for (int number = 2; number <= kCommits; ++number) {
    store.Apply(mesh::Putting(Service(number % kServices, number)));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  for (const auto& of_thread : answers) {
    // As many as can be made anew in good time.
    for (size_t i = 0; i < of_thread.size(); i += 1 + of_thread.size() / 20) {
      const Answer& answer = of_thread[i];
      Translator alone;
      CAPTURE(answer.snapshot->revision(), answer.node.name);
      CHECK(answer.versions == VersionsOf(alone, answer.node, *answer.snapshot));
    }
  }
}

}  // namespace
}  // namespace binnacle::translator
