#include "mesh/pod_index.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/substitute.h"
#include "mesh_from.h"

namespace binnacle::mesh {
namespace {

// $0 name, $1 account, $2 status.
std::string Pod(const char* name, const char* account, const char* status) {
  return absl::Substitute(R"(
apiVersion: v1
kind: Pod
metadata: {name: $0, namespace: edge, labels: {app: $0}}
spec: {serviceAccountName: $1}
status: {$2}
---
)",
                          name, account, status);
}

TEST_CASE("a Pod is known by its name and by each of its addresses") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(
      Putting(Pod("ingress", "gateway", "podIP: 10.1.0.1, podIPs: [{ip: 10.1.0.1}, {ip: fd::1}]")));
  const auto* pod = snapshot->Find<FactKind::kPod>("edge/ingress");
  REQUIRE(pod != nullptr);
  CHECK(pod->service_account == "gateway");
  CHECK(pod->labels == policy::Labels{{"app", "ingress"}});
  for (const char* address : {"10.1.0.1", "fd::1"}) {
    CHECK(*snapshot->Find<FactKind::kPodsAt>(address) == HostList{"edge/ingress"});
  }
}

TEST_CASE("several Pods may have one address, and one may leave it") {
  Store store(DefaultSettings());
  store.Apply(Putting(Pod("a", "x", "podIP: 10.1.0.1") + Pod("b", "z", "podIP: 10.1.0.1")));
  CHECK(*store.snapshot()->Find<FactKind::kPodsAt>("10.1.0.1") == HostList{"edge/a", "edge/b"});
  store.Apply(Putting(Pod("a", "x", "podIP: 10.1.0.2")));
  CHECK(*store.snapshot()->Find<FactKind::kPodsAt>("10.1.0.1") == HostList{"edge/b"});
  CHECK(*store.snapshot()->Find<FactKind::kPodsAt>("10.1.0.2") == HostList{"edge/a"});
  store.Apply({{}, {{policy::Kind::kPod, "edge", "b"}}, absl::Now()});
  CHECK(store.snapshot()->Find<FactKind::kPodsAt>("10.1.0.1") == nullptr);
  CHECK(store.snapshot()->Find<FactKind::kPod>("edge/b") == nullptr);
}

TEST_CASE("a Pod that has ended is no longer known") {
  Store store(DefaultSettings());
  store.Apply(Putting(Pod("job", "x", "podIP: 10.1.0.1, phase: Running")));
  store.Apply(Putting(Pod("job", "x", "podIP: 10.1.0.1, phase: Succeeded")));
  CHECK(store.snapshot()->Find<FactKind::kPod>("edge/job") == nullptr);
  CHECK(store.snapshot()->Find<FactKind::kPodsAt>("10.1.0.1") == nullptr);
}

TEST_CASE("a Pod that says nothing new makes no new snapshot") {
  Store store(DefaultSettings());
  const auto before = store.Apply(Putting(Pod("a", "x", "podIP: 10.1.0.1, phase: Pending")));
  CHECK(store.Apply(Putting(Pod("a", "x", "podIP: 10.1.0.1, phase: Running"))) == before);
}

}  // namespace
}  // namespace binnacle::mesh
