#include "server/root_rotation.h"

#include <catch2/catch.hpp>

#include "absl/synchronization/notification.h"
#include "ca/storage.h"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"
#include "tests/server/signed_workload.h"

namespace binnacle::server {
namespace {

using ca::RotationPhase;

constexpr char kNode[] = "sidecar~10.0.0.1~web.default~default.svc.cluster.local";
constexpr char kOtherNode[] = "sidecar~10.0.0.2~api.default~default.svc.cluster.local";

struct Mesh {
  Mesh() {
    auto opened = ca::DirectoryStorage::Open(directory.path());
    REQUIRE(opened.ok());
    storage = std::make_unique<ca::DirectoryStorage>(*std::move(opened));
    auto opened_log = ca::IssuanceLog::Open(directory.File("issued.db"));
    REQUIRE(opened_log.ok());
    log = *std::move(opened_log);
    auto authority_opened = ca::Authority::Open({}, *storage, clock);
    REQUIRE(authority_opened.ok());
    authority = *std::move(authority_opened);
    rotation = std::make_unique<RootRotation>(*authority, *log, clock);
  }

  void Issue(const std::string& node, absl::Duration lifetime = absl::Hours(1)) {
    const SignedWorkload workload = Sign(*authority, "default", "web", lifetime);
    absl::Notification written;
    log->Append(RecordOf(workload, node, clock.Now()), [&](const absl::Status& status) {
      CHECK(status.ok());
      written.Notify();
    });
    written.WaitForNotification();
  }
  StreamReport Stream(const std::string& node, const std::string& bundle) const {
    StreamReport report;
    report.node_id = node;
    report.credential = "certificate 00";
    report.identity = "spiffe://cluster.local/ns/default/sa/web";
    report.trust_bundle = bundle;
    return report;
  }
  bool Advance(const std::vector<StreamReport>& streams) {
    const auto stepped = rotation->Advance(streams, "new");
    REQUIRE(stepped.ok());
    return *stepped;
  }
  RotationPhase phase() const { return authority->status().phase; }

  ca::TemporaryDirectory directory;
  ca::SetClock clock{absl::Now()};
  std::unique_ptr<ca::DirectoryStorage> storage;
  std::unique_ptr<ca::IssuanceLog> log;
  std::unique_ptr<ca::Authority> authority;
  std::unique_ptr<RootRotation> rotation;
};

TEST_CASE("a new root does not sign before every holder has acknowledged it") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.Issue(kOtherNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());

  CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "old"), mesh.Stream(kOtherNode, "")}));
  CHECK(mesh.rotation->waiting().size() == 2);
  CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "new"), mesh.Stream(kOtherNode, "old")}));
  REQUIRE(mesh.rotation->waiting().size() == 1);
  CHECK(mesh.rotation->waiting()[0].name == kOtherNode);
  CHECK(mesh.rotation->waiting()[0].connected);
  CHECK(mesh.phase() == RotationPhase::kIntroducing);

  CHECK(mesh.Advance({mesh.Stream(kNode, "new"), mesh.Stream(kOtherNode, "new")}));
  CHECK(mesh.phase() == RotationPhase::kRetiring);
}

TEST_CASE("time alone takes no step: hours later the same holder is still waited for") {
  Mesh mesh;
  mesh.Issue(kNode, absl::Hours(10));
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  mesh.clock.Advance(absl::Hours(9));
  CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "old")}));
  CHECK(mesh.phase() == RotationPhase::kIntroducing);
}

TEST_CASE("who has acknowledged and then left is not waited for") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.Issue(kOtherNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "new")}));
  CHECK(mesh.Advance({mesh.Stream(kOtherNode, "new")}));
}

TEST_CASE("a holder that is not connected is waited for until its certificate has expired") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  CHECK_FALSE(mesh.Advance({}));
  REQUIRE(mesh.rotation->waiting().size() == 1);
  CHECK_FALSE(mesh.rotation->waiting()[0].connected);

  SECTION("or until the operator goes on without it") {
    mesh.rotation->LeaveOutAbsent();
    CHECK(mesh.Advance({}));
  }
  SECTION("and then no longer") {
    mesh.clock.Advance(absl::Hours(2));
    CHECK(mesh.Advance({}));
  }
  SECTION("and one that is connected is never left out") {
    mesh.rotation->LeaveOutAbsent();
    CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "old")}));
  }
}

TEST_CASE("a certificate given since the root was introduced brought the root along") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  mesh.clock.Advance(absl::Seconds(1));
  CHECK_FALSE(mesh.Advance({}));
  mesh.Issue(kNode);
  CHECK(mesh.Advance({}));
}

TEST_CASE("an agent that asks for the bundle must acknowledge it, though it was given it before") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  mesh.clock.Advance(absl::Seconds(1));
  mesh.Issue(kNode);
  StreamReport stream = mesh.Stream(kNode, "old");
  stream.asks_for_trust_bundle = true;
  CHECK_FALSE(mesh.Advance({stream}));
  stream.trust_bundle = "new";
  CHECK(mesh.Advance({stream}));
}

TEST_CASE("a proxy that is connected without a certificate of its name is waited for") {
  Mesh mesh;
  REQUIRE(mesh.authority->Introduce().ok());
  CHECK_FALSE(mesh.Advance({mesh.Stream(kNode, "old")}));
  CHECK(mesh.rotation->waiting().size() == 1);
  CHECK(mesh.Advance({mesh.Stream(kNode, "new")}));
}

TEST_CASE("a proxy on the plaintext listener needs no root") {
  Mesh mesh;
  REQUIRE(mesh.authority->Introduce().ok());
  StreamReport plaintext;
  plaintext.node_id = kNode;
  CHECK(mesh.Advance({plaintext}));
}

TEST_CASE("the old root goes when the last certificate under it has expired, and not before") {
  Mesh mesh;
  mesh.Issue(kNode);
  mesh.clock.Advance(absl::Seconds(1));
  REQUIRE(mesh.authority->Introduce().ok());
  mesh.clock.Advance(absl::Seconds(1));
  mesh.Issue(kOtherNode, absl::Hours(2));
  REQUIRE(mesh.Advance({mesh.Stream(kNode, "new")}));
  REQUIRE(mesh.phase() == RotationPhase::kRetiring);
  mesh.Issue(kNode);  // under the new one

  CHECK_FALSE(mesh.Advance({}));
  CHECK(mesh.rotation->waiting().size() == 2);
  mesh.clock.Advance(absl::Minutes(90));
  CHECK_FALSE(mesh.Advance({}));
  REQUIRE(mesh.rotation->waiting().size() == 1);
  CHECK(mesh.rotation->waiting()[0].name == kOtherNode);
  mesh.clock.Advance(absl::Hours(1));
  CHECK(mesh.Advance({}));
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->roots().size() == 1);
}

}  // namespace
}  // namespace binnacle::server
