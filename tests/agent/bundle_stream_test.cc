#include "agent/bundle_stream.h"

#include <catch2/catch.hpp>
#include <memory>

#include "agent/file_secrets.h"
#include "agent/identity.h"
#include "agent/sds_service.h"
#include "agent/trust.h"
#include "tests/agent/control_plane.h"
#include "tests/agent/eventually.h"
#include "tests/agent/sds_client.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::agent {
namespace {

ca::WorkloadCertificatePtr Certify(ca::TestAuthority& authority,
                                   absl::Duration lifetime = absl::Hours(1)) {
  const ca::PrivateKey key = ca::NewKey();
  auto read =
      ca::WorkloadCertificate::Read(key, authority.Issue(key, "web", lifetime), absl::Now());
  REQUIRE(read.ok());
  return *read;
}

struct Fixture {
  ca::TemporaryDirectory folder;
  ControlPlane plane;
  ca::SystemClock clock;
  SecretStore store;
  FileSecrets files{store};
  Acknowledgements acknowledgements;
  SdsService sds{{store, files, acknowledgements}};
  const std::string socket = folder.File("sds.sock");
  std::unique_ptr<Trust> trust;
  absl::Mutex mu;
  ca::WorkloadCertificatePtr certificate ABSL_GUARDED_BY(mu);
  std::unique_ptr<BundleStream> stream;
  // Other authorities, whose roots make other bundles.
  ca::TestAuthority second;

  explicit Fixture(absl::Duration lifetime = absl::Hours(1)) {
    trust = *Trust::Open(folder.Write("roots.pem", Roots()), store);
    SetCertificate(Certify(plane.authority(), lifetime));
    trust->TakeRootsOf(*Current());
    REQUIRE(sds.Start(socket).ok());
    Identity identity;
    identity.ns = "shop";
    identity.name = "web-1";
    identity.ip = "127.0.0.1";
    stream = std::make_unique<BundleStream>(BundleStreamParts{
        plane.address(), AgentNode(identity), [this] { return trust->ForServer(); },
        [this] { return Current(); }, [this](absl::string_view pem) { return trust->Take(pem); },
        acknowledgements, clock});
  }

  std::string Roots() { return plane.authority()->bundle()->pem(); }
  std::string BothRoots() { return Roots() + second->bundle()->pem(); }
  ca::WorkloadCertificatePtr Current() {
    const absl::MutexLock lock(&mu);
    return certificate;
  }
  void SetCertificate(ca::WorkloadCertificatePtr next) {
    const absl::MutexLock lock(&mu);
    certificate = std::move(next);
  }
  bool Answered(size_t count) {
    return Eventually([&] { return plane.answers().size() >= count; });
  }
};

TEST_CASE("without an Envoy a bundle is acknowledged once it is taken") {
  Fixture f;
  f.plane.Push("1", f.BothRoots());
  f.stream->Start();
  REQUIRE(f.Answered(1));
  const auto answer = f.plane.answers()[0];
  CHECK(answer.version == "1");
  CHECK(answer.error.empty());
  CHECK(answer.node == "sidecar~127.0.0.1~web-1.shop~shop.svc.cluster.local");
  CHECK(f.trust->bundle()->roots().size() == 2);
  CHECK(f.stream->state().connected);
  CHECK(f.stream->state().acknowledged == "1");
}

TEST_CASE("a bundle is acknowledged only when each Envoy stream has taken it") {
  Fixture f;
  SdsClient one(f.socket, "ROOTCA");
  SdsClient other(f.socket, "ROOTCA");
  for (SdsClient* client : {&one, &other}) {
    client->Read();
    client->Answer();
  }
  f.plane.Push("2", f.BothRoots());
  f.stream->Start();
  const std::string sent = one.Read().validation_context().trusted_ca().inline_bytes();
  CHECK(sent == f.trust->bundle()->pem());
  other.Read();
  REQUIRE(Eventually([&] { return f.stream->state().version == "2"; }));
  CHECK(f.plane.answers().empty());
  one.Answer();
  other.Answer();
  REQUIRE(f.Answered(1));
  CHECK(f.plane.answers()[0].version == "2");
  CHECK(f.plane.answers()[0].error.empty());
}

TEST_CASE("an Envoy that goes is not waited for") {
  Fixture f;
  auto client = std::make_unique<SdsClient>(f.socket, "ROOTCA");
  client->Read();
  client->Answer();
  f.plane.Push("2", f.BothRoots());
  f.stream->Start();
  client->Read();
  REQUIRE(Eventually([&] { return f.stream->state().version == "2"; }));
  CHECK(f.plane.answers().empty());
  client = nullptr;
  REQUIRE(f.Answered(1));
  CHECK(f.plane.answers()[0].version == "2");
}

TEST_CASE("a bundle that Envoy refuses is refused, with its words") {
  Fixture f;
  SdsClient client(f.socket, "ROOTCA");
  client.Read();
  client.Answer();
  f.plane.Push("2", f.BothRoots());
  f.stream->Start();
  client.Read();
  client.Answer("cannot load these");
  REQUIRE(f.Answered(1));
  CHECK(f.plane.answers()[0].version.empty());
  CHECK(f.plane.answers()[0].error == "the proxy refuses it: cannot load these");
}

TEST_CASE("what is no bundle is refused, and the one before stays") {
  Fixture f;
  const std::string before = f.trust->bundle()->version();
  f.plane.Push("1", "junk");
  f.stream->Start();
  REQUIRE(f.Answered(1));
  CHECK_FALSE(f.plane.answers()[0].error.empty());
  CHECK(f.trust->bundle()->version() == before);
  f.plane.Push("2", Certify(f.plane.authority())->ChainPem());  // a leaf
  REQUIRE(f.Answered(2));
  CHECK_FALSE(f.plane.answers()[1].error.empty());
  f.plane.Push("3", f.BothRoots());
  REQUIRE(f.Answered(3));
  CHECK(f.plane.answers()[2].version == "3");
}

TEST_CASE("a stream that breaks is opened again") {
  Fixture f;
  f.plane.Push("1", f.Roots());
  f.stream->Start();
  REQUIRE(f.Answered(1));
  f.plane.Stop();
  CHECK(Eventually([&] { return !f.stream->state().connected; }));
  CHECK(f.trust->bundle() != nullptr);
  f.plane.Start();
  REQUIRE(f.Answered(2));
  CHECK(f.plane.answers()[1].version == "1");
}

TEST_CASE("a stream is opened anew when the certificate it was opened with runs out") {
  Fixture f(absl::Seconds(3));
  f.plane.Push("1", f.Roots());
  f.stream->Start();
  REQUIRE(f.Answered(1));
  f.SetCertificate(Certify(f.plane.authority()));
  REQUIRE(f.Answered(2));
  CHECK(f.plane.answers()[1].error.empty());
  CHECK(Eventually([&] { return f.plane.streams() == 1; }));
}

}  // namespace
}  // namespace binnacle::agent
