#include "server/mesh_owner.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/server/running_server.h"

namespace binnacle::server {
namespace {

using Catch::Matchers::Contains;

constexpr char kSource[] = "test";

// An owner whose pushes are out when the test says so.
struct Owner {
  explicit Owner(absl::Duration delay_max)
      : owner(DefaultSettings(), {kSource}, hub, pool, metrics, delay_max) {}
  ~Owner() {
    owner.Stop();
    pool.Stop();
  }

  void Apply(const std::string& text) {
    auto parsed = policy::ParseDocuments(text, "test.yaml");
    REQUIRE(parsed.findings.empty());
    sources::Batch batch;
    batch.put = std::move(parsed.objects);
    batch.complete = true;
    batch.seen = absl::Now();
    owner.Report(kSource, std::move(batch));
  }
  size_t Count(policy::Kind kind) {
    return owner.Objects([&](const policy::ObjectKey& key) { return key.kind == kind; }).size();
  }

  translator::Translator translator;
  Metrics metrics;
  PushHub hub{translator};
  TranslationPool pool{1};
  MeshOwner owner;
};

std::string WorkloadText(const std::string& name) {
  return "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: " + name +
         "}\nspec: {address: 10.0.0.1}\n";
}

TEST_CASE("changes that come alone each have their snapshot; a storm has few") {
  Owner mesh(absl::Milliseconds(100));
  mesh.Apply(ServiceEntryText("first", "10.0.0.1"));
  CHECK(mesh.Count(policy::Kind::kServiceEntry) == 1);
  REQUIRE(Eventually([&] { return mesh.hub.target().snapshot != nullptr; }));
  const uint64_t before = mesh.hub.target().snapshot->revision();
  for (int i = 0; i < 500; ++i) mesh.Apply(ServiceEntryText(absl::StrCat("s", i), "10.0.0.1"));
  CHECK(Eventually([&] { return mesh.Count(policy::Kind::kServiceEntry) == 501; }));
  CHECK(mesh.hub.target().snapshot->revision() - before < 250);
  CHECK_THAT(mesh.metrics.Text(), Contains("binnacle_intake_batches_total 501"));
}

TEST_CASE("while a push is going out endpoints overtake, and the rest waits until it is out") {
  Owner mesh(absl::Minutes(10));
  absl::Notification out;
  mesh.pool.Post([&] { out.WaitForNotification(); });
  mesh.Apply(ServiceEntryText("one", "10.0.0.1"));
  CHECK(mesh.Count(policy::Kind::kServiceEntry) == 1);
  mesh.Apply(ServiceEntryText("two", "10.0.0.1"));
  mesh.Apply(WorkloadText("a"));
  CHECK(mesh.Count(policy::Kind::kWorkloadEntry) == 1);
  CHECK(mesh.Count(policy::Kind::kServiceEntry) == 1);
  CHECK(mesh.owner.waiting() == 1);
  CHECK_THAT(mesh.metrics.Text(), Contains("binnacle_intake_overtaking_commits_total 1"));
  out.Notify();
  CHECK(Eventually([&] { return mesh.Count(policy::Kind::kServiceEntry) == 2; }));
}

TEST_CASE("what waits is committed before the end") {
  Owner mesh(absl::Minutes(10));
  absl::Notification out;
  mesh.pool.Post([&] { out.WaitForNotification(); });
  mesh.Apply(ServiceEntryText("one", "10.0.0.1"));
  CHECK(mesh.Count(policy::Kind::kServiceEntry) == 1);
  mesh.Apply(ServiceEntryText("two", "10.0.0.1"));
  mesh.owner.Stop();
  CHECK(mesh.hub.target().snapshot->revision() == 3);
  out.Notify();
}

TEST_CASE("with a bound of zero nothing waits for a push") {
  Owner mesh(absl::ZeroDuration());
  absl::Notification out;
  mesh.pool.Post([&] { out.WaitForNotification(); });
  for (size_t i = 1; i <= 10; ++i) {
    mesh.Apply(ServiceEntryText(absl::StrCat("s", i), "10.0.0.1"));
    CHECK(mesh.Count(policy::Kind::kServiceEntry) == i);
  }
  CHECK(mesh.hub.target().snapshot->revision() == 11);
  out.Notify();
}

}  // namespace
}  // namespace binnacle::server
