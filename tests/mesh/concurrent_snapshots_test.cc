// One thread commits while others read: of use under the thread sanitizer.

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/substitute.h"
#include "mesh/store.h"
#include "tests/mesh/mesh_from.h"

namespace binnacle::mesh {
namespace {

constexpr int kCommits = 150;
constexpr int kReaders = 3;

std::string Service(const char* name, int port) {
  return absl::Substitute(R"(
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: shop}
spec: {clusterIP: 10.0.0.1, selector: {app: $0}, ports: [{name: http, port: $1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: $0-1, namespace: shop, labels: {app: $0, version: v$1}}
status: {podIP: 10.1.0.1}
---
)",
                          name, port);
}

// The port of a service and the version of its endpoint say the same number.
int NumberOf(const Snapshot& snapshot, const std::string& name) {
  const auto* services =
      snapshot.Find<FactKind::kServices>(absl::StrCat(name, ".shop.svc.cluster.local"));
  if (services == nullptr || services->size() != 1) return -1;
  const mesh::Service& service = *services->front();
  const auto* endpoints = snapshot.Find<FactKind::kEndpoints>(service.FactName());
  if (endpoints == nullptr || endpoints->size() != 1) return -2;
  const int number = static_cast<int>(service.ports[0].number);
  return endpoints->front().workload->labels.at("version") == absl::StrCat("v", number) ? number
                                                                                        : -3;
}

TEST_CASE("a snapshot is whole and stays as it is while others are committed") {
  Store store(DefaultSettings());
  auto commit = [&](int number) {
    store.Apply(Putting(absl::StrCat(Service("a", number), Service("b", number))));
  };
  commit(1);
  std::atomic<bool> done{false};
  std::atomic<int> torn{0}, changed{0}, back{0}, read{0};
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      int newest = 0;
      while (!done) {
        const auto snapshot = store.snapshot();
        const int number = NumberOf(*snapshot, "a");
        if (number < 1 || number != NumberOf(*snapshot, "b")) ++torn;
        if (number < newest) ++back;
        newest = number;
        std::this_thread::yield();
        if (NumberOf(*snapshot, "a") != number) ++changed;
        ++read;
      }
    });
  }
  for (int number = 2; number <= kCommits; ++number) commit(number);
  while (read < kReaders) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(changed == 0);
  CHECK(back == 0);
  CHECK(NumberOf(*store.snapshot(), "b") == kCommits);
}

}  // namespace
}  // namespace binnacle::mesh
