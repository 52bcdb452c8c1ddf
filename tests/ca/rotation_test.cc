#include "ca/rotation.h"

#include <atomic>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "ca/authority.h"
#include "catch2/catch.hpp"
#include "tests/ca/faulty_storage.h"
#include "tests/ca/killed_at_call.h"
#include "tests/ca/plugged_in_files.h"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);
constexpr char kState[] = "authority.state";

struct Mesh {
  AuthorityOptions options;
  FaultyStorage storage;
  SetClock clock{kNow};
  std::unique_ptr<Authority> authority;
  SpiffeId id = *SpiffeId::Make("cluster.local", "production", "wordpress");
  CertificateRequest request = *CertificateRequest::Parse(
      *CertificateRequest::Make(*PrivateKey::Generate(KeyAlgorithm::kEcP256),
                                *SpiffeId::Make("cluster.local", "production", "wordpress")));

  absl::Status Open() {
    auto opened = Authority::Open(options, storage, clock);
    if (!opened.ok()) return opened.status();
    authority = *std::move(opened);
    return absl::OkStatus();
  }
  void Restart() {
    options.expect_state = true;
    const absl::Status opened = Open();
    INFO(opened);
    REQUIRE(opened.ok());
  }
  std::string Stored() const {
    const auto found = storage.files.find(kState);
    return found == storage.files.end() ? "" : found->second;
  }
  Certificate Issue() const {
    auto issued = authority->IssueSvid(request, id, absl::ZeroDuration());
    INFO(issued.status());
    REQUIRE(issued.ok());
    CHECK(authority->bundle()->Verify(WithAbove(*issued), clock.Now()).ok());
    return issued->certificate;
  }
  static std::vector<Certificate> WithAbove(const Issued& issued) {
    std::vector<Certificate> chain;
    for (const std::string& pem : issued.chain) chain.push_back(*Certificate::FromPem(pem));
    return chain;
  }
  // As one that still has the bundle of another moment.
  bool AcceptedUnder(const TrustBundle& bundle) const {
    const auto issued = authority->IssueSvid(request, id, absl::ZeroDuration());
    return bundle.Verify(WithAbove(*issued), clock.Now()).ok();
  }
};

TEST_CASE("roots change in steps, and whoever is one step behind accepts everything") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const Certificate old_root = mesh.authority->status().issuer;
  const auto before = mesh.authority->bundle();
  const Certificate old_leaf = mesh.Issue();

  mesh.clock.Advance(absl::Hours(1));
  REQUIRE(mesh.authority->Introduce().ok());
  AuthorityStatus status = mesh.authority->status();
  CHECK(status.phase == RotationPhase::kIntroducing);
  CHECK(status.phase_since == kNow + absl::Hours(1));
  CHECK(status.issuer == old_root);
  REQUIRE(status.incoming.size() == 1);
  const Certificate new_root = status.incoming.front();
  CHECK(status.incoming_issuer == new_root.fingerprint());
  const auto both = mesh.authority->bundle();
  CHECK(both->roots().size() == 2);
  CHECK(both->version() != before->version());
  CHECK(mesh.AcceptedUnder(*before));

  REQUIRE(mesh.authority->Activate().ok());
  status = mesh.authority->status();
  CHECK(status.phase == RotationPhase::kRetiring);
  CHECK(status.issuer == new_root);
  CHECK(status.retiring == std::vector<Certificate>{old_root});
  CHECK(status.retiring_issuers == std::vector<std::string>{old_root.fingerprint()});
  CHECK_FALSE(status.incoming_issuer.has_value());
  CHECK(mesh.authority->bundle()->version() == both->version());
  CHECK(mesh.AcceptedUnder(*both));
  CHECK_FALSE(mesh.AcceptedUnder(*before));
  CHECK(mesh.authority->bundle()->Verify({old_leaf}, mesh.clock.Now()).ok());

  REQUIRE(mesh.authority->Retire().ok());
  status = mesh.authority->status();
  CHECK(status.phase == RotationPhase::kSteady);
  CHECK(status.retiring.empty());
  CHECK(status.retiring_issuers.empty());
  CHECK(mesh.authority->bundle()->roots() == std::vector<Certificate>{new_root});
  CHECK_FALSE(mesh.authority->bundle()->Verify({old_leaf}, mesh.clock.Now()).ok());
  CHECK(mesh.AcceptedUnder(*both));
}

TEST_CASE("the root that a certificate leads to comes last in its chain, in every phase") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const auto last = [&] {
    const auto issued = mesh.authority->IssueSvid(mesh.request, mesh.id, absl::ZeroDuration());
    return *Certificate::FromPem(issued->chain.back()) == mesh.authority->status().issuer;
  };
  for (int round = 0; round < 4; ++round) {
    CHECK(last());
    REQUIRE(mesh.authority->Introduce().ok());
    CHECK(last());
    REQUIRE(mesh.authority->Activate().ok());
    CHECK(last());
    REQUIRE(mesh.authority->Retire().ok());
  }
}

TEST_CASE("a root that is being introduced can be given up") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const auto before = mesh.authority->bundle();
  const std::string key_before = mesh.Stored();
  REQUIRE(mesh.authority->Introduce().ok());
  REQUIRE(mesh.authority->Abandon().ok());
  CHECK(mesh.authority->status().phase == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->version() == before->version());
  CHECK_FALSE(absl::StrContains(mesh.Stored(), "[incoming"));
}

TEST_CASE("steps out of order are refused, with the phase that they need") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  Authority& authority = *mesh.authority;
  const auto refused = [](const absl::Status& status) {
    CHECK(absl::IsFailedPrecondition(status));
    return std::string(status.message());
  };
  CHECK(refused(authority.Activate()) ==
        "cannot activate a root while the authority is steady; it must be introducing");
  CHECK(refused(authority.Abandon()) ==
        "cannot abandon a root while the authority is steady; it must be introducing");
  CHECK(refused(authority.Retire()) ==
        "cannot retire a root while the authority is steady; it must be retiring");
  REQUIRE(authority.Introduce().ok());
  CHECK(refused(authority.Introduce()) ==
        "cannot introduce a root while the authority is introducing; it must be steady");
  CHECK(refused(authority.Retire()) ==
        "cannot retire a root while the authority is introducing; it must be retiring");
  REQUIRE(authority.Activate().ok());
  CHECK(refused(authority.Introduce()) ==
        "cannot introduce a root while the authority is retiring; it must be steady");
  CHECK(refused(authority.Activate()) ==
        "cannot activate a root while the authority is retiring; it must be introducing");
  CHECK(refused(authority.Abandon()) ==
        "cannot abandon a root while the authority is retiring; it must be introducing");
}

TEST_CASE("every phase survives a restart") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const auto same_after_restart = [&] {
    const AuthorityStatus before = mesh.authority->status();
    const std::string version = mesh.authority->bundle()->version();
    mesh.Restart();
    const AuthorityStatus after = mesh.authority->status();
    CHECK(after.phase == before.phase);
    CHECK(after.phase_since == before.phase_since);
    CHECK(after.issuer == before.issuer);
    CHECK(after.incoming == before.incoming);
    CHECK(after.retiring == before.retiring);
    CHECK(after.retiring_issuers == before.retiring_issuers);
    CHECK(mesh.authority->bundle()->version() == version);
    mesh.Issue();
  };
  same_after_restart();
  REQUIRE(mesh.authority->Introduce().ok());
  same_after_restart();
  REQUIRE(mesh.authority->Activate().ok());
  same_after_restart();
  REQUIRE(mesh.authority->Retire().ok());
  same_after_restart();
}

TEST_CASE("the old key is in the file no more once the new one signs") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const auto key_in = [](const std::string& text) {
    const size_t begin = text.find("-----BEGIN PRIVATE KEY");
    return text.substr(begin, text.find("-----END PRIVATE KEY") - begin);
  };
  const std::string old_key = key_in(mesh.Stored());
  REQUIRE(mesh.authority->Introduce().ok());
  CHECK(absl::StrContains(mesh.Stored(), old_key));
  REQUIRE(mesh.authority->Activate().ok());
  CHECK_FALSE(absl::StrContains(mesh.Stored(), old_key));
}

TEST_CASE("a root rotation cut short at any step leaves one usable state") {
  using Step = std::function<absl::Status(Mesh&)>;
  const std::vector<std::pair<std::string, Step>> steps = {
      {"Open", [](Mesh& mesh) { return mesh.Open(); }},
      {"Introduce", [](Mesh& mesh) { return mesh.authority->Introduce(); }},
      {"Abandon", [](Mesh& mesh) { return mesh.authority->Abandon(); }},
      {"Introduce again", [](Mesh& mesh) { return mesh.authority->Introduce(); }},
      {"Activate", [](Mesh& mesh) { return mesh.authority->Activate(); }},
      {"Retire", [](Mesh& mesh) { return mesh.authority->Retire(); }},
  };
  for (size_t broken = 0; broken < steps.size(); ++broken) {
    CAPTURE(steps[broken].first);
    for (int fail_at = 0;; ++fail_at) {
      CAPTURE(fail_at);
      Mesh mesh;
      for (size_t i = 0; i < broken; ++i) REQUIRE(steps[i].second(mesh).ok());
      const std::string before = mesh.Stored();
      mesh.storage.FailAt(fail_at);
      const absl::Status stepped = steps[broken].second(mesh);
      CHECK(stepped.ok() == !mesh.storage.failed());  // a failure is never swallowed
      const bool last = !mesh.storage.failed();
      if (!last) {
        CHECK(mesh.Stored() == before);
        if (mesh.authority != nullptr) mesh.Issue();
      }
      // After a restart, too, and the step can be taken then.
      mesh.storage.FailAt(FaultyStorage::kNever);
      REQUIRE(mesh.Open().ok());
      mesh.Issue();
      if (!last && broken > 0) CHECK(steps[broken].second(mesh).ok());
      if (last) break;
    }
  }
}

TEST_CASE("a server killed at any system call of a step starts again and loses no certificate") {
  const TemporaryDirectory directory;
  const SetClock clock(kNow);
  const Mesh mesh;
  auto storage = DirectoryStorage::Open(directory.path());
  REQUIRE(storage.ok());
  auto authority = Authority::Open({}, *storage, clock);
  REQUIRE(authority.ok());
  int kept = 0;
  int taken = 0;
  for (int call = 0;; ++call) {
    CAPTURE(call);
    REQUIRE((*authority)->Introduce().ok());
    const auto before = (*authority)->IssueSvid(mesh.request, mesh.id, absl::ZeroDuration());
    const bool killed = KilledAtCall(call, [&] { (void)(*authority)->Activate(); });

    AuthorityOptions options;
    options.expect_state = true;
    authority = Authority::Open(options, *storage, clock);
    REQUIRE(authority.ok());
    const auto after = (*authority)->IssueSvid(mesh.request, mesh.id, absl::ZeroDuration());
    const auto bundle = (*authority)->bundle();
    CHECK(bundle->Verify(Mesh::WithAbove(*before), kNow).ok());
    CHECK(bundle->Verify(Mesh::WithAbove(*after), kNow).ok());
    const bool introducing = (*authority)->status().phase == RotationPhase::kIntroducing;
    (introducing ? kept : taken) += 1;
    REQUIRE((introducing ? (*authority)->Abandon() : (*authority)->Retire()).ok());
    if (!killed) break;
  }
  CHECK(kept > 4);
  CHECK(taken > 2);
}

TEST_CASE("an own root cannot be introduced beside plugged-in certificates") {
  const TemporaryDirectory directory;
  PlugIn(directory.path(), MakeForeignAuthority("acme", kNow));
  Mesh mesh;
  mesh.options.plugged_in_dir = directory.path();
  REQUIRE(mesh.Open().ok());
  CHECK(mesh.authority->status().plugged_in);
  const absl::Status refused = mesh.authority->Introduce();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(refused.message() ==
        "the certificates of this authority are plugged in: put new files into " +
            directory.path() + " to introduce another root");
}

TEST_CASE("without plugged-in certificates there is nothing to reload") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  CHECK(*mesh.authority->ReloadPluggedIn() == false);
}

struct Plugged : Mesh {
  TemporaryDirectory directory;
  ForeignAuthority first = MakeForeignAuthority("first", kNow);
  ForeignAuthority second = MakeForeignAuthority("second", kNow);

  Plugged() {
    PlugIn(directory.path(), first);
    options.plugged_in_dir = directory.path();
    REQUIRE(Open().ok());
  }
  bool Reload() const {
    const auto changed = authority->ReloadPluggedIn();
    INFO(changed.status());
    REQUIRE(changed.ok());
    return *changed;
  }
  RotationPhase phase() const { return authority->status().phase; }
};

TEST_CASE("files that did not change change nothing") {
  const Plugged mesh;
  const std::string before = mesh.Stored();
  CHECK_FALSE(mesh.Reload());
  CHECK(mesh.Stored() == before);
}

TEST_CASE("a new issuer under the same root signs at once, and the old one is remembered") {
  Plugged mesh;
  const Forged renewed = Forge({"first mesh, renewed", kNow - absl::Hours(1),
                                kNow + absl::Hours(2000), AuthorityExtensions()},
                               &mesh.first.root);
  PlugIn(mesh.directory.path(), renewed, {}, {mesh.first.root.certificate});
  const auto bundle = mesh.authority->bundle();
  CHECK(mesh.Reload());
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->status().issuer == renewed.certificate);
  CHECK(mesh.authority->bundle()->version() == bundle->version());
  mesh.Issue();

  // Both have signed under the root that goes.
  PlugIn(mesh.directory.path(), mesh.second);
  CHECK(mesh.Reload());
  REQUIRE(mesh.authority->Activate().ok());
  CHECK(mesh.authority->status().retiring_issuers ==
        std::vector<std::string>{mesh.first.signing.certificate.fingerprint(),
                                 renewed.certificate.fingerprint()});
}

TEST_CASE("another root in the files is introduced first, and the old key signs until then") {
  Plugged mesh;
  const auto before = mesh.authority->bundle();
  PlugIn(mesh.directory.path(), mesh.second);
  CHECK(mesh.Reload());
  CHECK_FALSE(mesh.Reload());
  CHECK(mesh.phase() == RotationPhase::kIntroducing);
  CHECK(mesh.authority->bundle()->roots().size() == 2);
  CHECK(mesh.authority->status().issuer == mesh.first.signing.certificate);
  CHECK(mesh.AcceptedUnder(*before));

  mesh.Restart();
  CHECK(mesh.phase() == RotationPhase::kIntroducing);
  CHECK(mesh.authority->status().issuer == mesh.first.signing.certificate);
  CHECK(mesh.AcceptedUnder(*before));

  REQUIRE(mesh.authority->Activate().ok());
  CHECK(mesh.authority->status().issuer == mesh.second.signing.certificate);
  mesh.Restart();
  CHECK(mesh.phase() == RotationPhase::kRetiring);
  CHECK(mesh.authority->status().retiring == std::vector<Certificate>{mesh.first.root.certificate});
  REQUIRE(mesh.authority->Retire().ok());
  mesh.Restart();
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->roots() ==
        std::vector<Certificate>{mesh.second.root.certificate});
}

TEST_CASE("another root that came while the server was down is introduced at its start") {
  Plugged mesh;
  mesh.authority.reset();
  PlugIn(mesh.directory.path(), mesh.second);
  mesh.Restart();
  CHECK(mesh.phase() == RotationPhase::kIntroducing);
  CHECK(mesh.authority->status().issuer == mesh.first.signing.certificate);
  mesh.Issue();
}

TEST_CASE("files that go back to the root that signs end an introduction") {
  Plugged mesh;
  PlugIn(mesh.directory.path(), mesh.second);
  CHECK(mesh.Reload());
  PlugIn(mesh.directory.path(), mesh.first);
  CHECK(mesh.Reload());
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->roots().size() == 1);
}

TEST_CASE("a third root replaces one that is being introduced, and waits for one that retires") {
  Plugged mesh;
  const ForeignAuthority third = MakeForeignAuthority("third", kNow);
  PlugIn(mesh.directory.path(), mesh.second);
  CHECK(mesh.Reload());
  PlugIn(mesh.directory.path(), third);
  CHECK(mesh.Reload());
  CHECK(mesh.authority->status().incoming == std::vector<Certificate>{third.root.certificate});
  REQUIRE(mesh.authority->Activate().ok());

  PlugIn(mesh.directory.path(), mesh.second);
  const auto waiting = mesh.authority->ReloadPluggedIn();
  CHECK(absl::IsFailedPrecondition(waiting.status()));
  CHECK(absl::StartsWith(waiting.status().message(), "the new files bring another root while"));
  mesh.Restart();
  CHECK(mesh.phase() == RotationPhase::kRetiring);
  REQUIRE(mesh.authority->Retire().ok());
  CHECK(mesh.Reload());
  CHECK(mesh.authority->status().incoming ==
        std::vector<Certificate>{mesh.second.root.certificate});
}

TEST_CASE("a root that is only added is introduced too, and then nothing retires") {
  Plugged mesh;
  const std::vector<Certificate> both = {mesh.first.root.certificate, mesh.second.root.certificate};
  PlugIn(mesh.directory.path(), mesh.first.signing, {mesh.first.middle.certificate}, both);
  CHECK(mesh.Reload());
  CHECK(mesh.phase() == RotationPhase::kIntroducing);
  REQUIRE(mesh.authority->Activate().ok());
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->roots().size() == 2);

  // Now its issuer may sign at once, and then the first root may go.
  PlugIn(mesh.directory.path(), mesh.second.signing, {mesh.second.middle.certificate}, both);
  CHECK(mesh.Reload());
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->status().issuer == mesh.second.signing.certificate);
  PlugIn(mesh.directory.path(), mesh.second);
  CHECK(mesh.Reload());
  REQUIRE(mesh.authority->Activate().ok());
  CHECK(mesh.phase() == RotationPhase::kRetiring);
  CHECK(mesh.authority->status().retiring_issuers ==
        std::vector<std::string>{mesh.first.signing.certificate.fingerprint()});
}

TEST_CASE("files that do not fit together change nothing") {
  Plugged mesh;
  const std::string before = mesh.Stored();
  PutFile(mesh.directory.File("ca-cert.pem"), mesh.second.signing.certificate.pem());
  CHECK(absl::IsFailedPrecondition(mesh.authority->ReloadPluggedIn().status()));
  CHECK(mesh.Stored() == before);
  mesh.Issue();
}

TEST_CASE("a reload that cannot be stored changes nothing") {
  Plugged mesh;
  PlugIn(mesh.directory.path(), mesh.second);
  mesh.storage.FailAt(0);
  CHECK(absl::IsResourceExhausted(mesh.authority->ReloadPluggedIn().status()));
  CHECK(mesh.phase() == RotationPhase::kSteady);
  CHECK(mesh.authority->bundle()->roots().size() == 1);
  CHECK(mesh.Reload());
}

TEST_CASE(
    "an authority with a root of its own moves to plugged-in certificates in steps, and "
    "back") {
  const TemporaryDirectory directory;
  const ForeignAuthority foreign = MakeForeignAuthority("acme", kNow);
  PlugIn(directory.path(), foreign);
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  const Certificate own = mesh.authority->status().issuer;
  mesh.options.plugged_in_dir = directory.path();
  mesh.Restart();
  CHECK(mesh.authority->status().phase == RotationPhase::kIntroducing);
  CHECK(mesh.authority->status().issuer == own);
  REQUIRE(mesh.authority->Activate().ok());
  REQUIRE(mesh.authority->Retire().ok());
  CHECK(mesh.authority->status().issuer == foreign.signing.certificate);

  mesh.options.plugged_in_dir.clear();
  mesh.Restart();
  CHECK(mesh.authority->status().issuer == foreign.signing.certificate);
  REQUIRE(mesh.authority->Introduce().ok());
  REQUIRE(mesh.authority->Activate().ok());
  CHECK(mesh.authority->status().intermediates.empty());
  mesh.Issue();
}

TEST_CASE("certificates are issued side by side while the root changes under them") {
  Mesh mesh;
  REQUIRE(mesh.Open().ok());
  std::atomic<bool> done = false;
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  std::vector<std::thread> callers;
  callers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!done) {
        const auto before = mesh.authority->bundle();
        const auto issued = mesh.authority->IssueSvid(mesh.request, mesh.id, absl::ZeroDuration());
        const auto after = mesh.authority->bundle();
        const bool accepted = issued.ok() && (before->Verify(Mesh::WithAbove(*issued), kNow).ok() ||
                                              after->Verify(Mesh::WithAbove(*issued), kNow).ok());
        (accepted ? good : bad) += 1;
        (void)mesh.authority->status();
      }
    });
  }
  int rotations = 0;
  for (; rotations < 20 || good < 200; ++rotations) {
    if (!mesh.authority->Introduce().ok() || !mesh.authority->Activate().ok() ||
        !mesh.authority->Retire().ok()) {
      break;
    }
  }
  done = true;
  for (std::thread& caller : callers) caller.join();
  CHECK(rotations >= 20);
  CHECK(good >= 200);
  CHECK(bad == 0);
}

}  // namespace
}  // namespace binnacle::ca
