#include "agent/certificate_client.h"

#include <catch2/catch.hpp>
#include <memory>

#include "tests/agent/control_plane.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::agent {
namespace {

struct Fixture {
  ca::TemporaryDirectory folder;
  ControlPlane plane;
  SecretStore store;
  ca::SystemClock clock;
  std::unique_ptr<Trust> trust;
  std::unique_ptr<CertificateClient> client;

  Fixture() {
    folder.Write("token", std::string(ControlPlane::kToken) + "\n");
    Connect(plane.authority()->bundle()->pem());
  }
  void Connect(const std::string& roots, const std::string& account = "web") {
    trust = *Trust::Open(folder.Write("roots.pem", roots), store);
    CertificateWish wish;
    wish.identity.name = "web-1";
    wish.identity.ns = "shop";
    wish.identity.service_account = account;
    wish.identity.ip = "127.0.0.1";
    wish.token_file = folder.File("token");
    client = std::make_unique<CertificateClient>(plane.address(), wish, *trust, clock);
  }
};

TEST_CASE("a certificate is had with a token first and with itself afterwards") {
  Fixture f;
  const auto first = f.client->Request(nullptr);
  INFO(first.status());
  REQUIRE(first.ok());
  CHECK((*first)->name() == "spiffe://cluster.local/ns/shop/sa/web");
  CHECK((*first)->roots.size() == 1);
  f.folder.Write("token", "spent");
  const auto second = f.client->Request(first->get());
  REQUIRE(second.ok());
  CHECK(f.plane.shown() == std::vector<std::string>{"token", "certificate"});
  CHECK((*second)->key.PublicPem() != (*first)->key.PublicPem());
  CHECK(f.plane.last_node() == "sidecar~127.0.0.1~web-1.shop~shop.svc.cluster.local");
}

TEST_CASE("a certificate that has expired is not shown: the token is") {
  Fixture f;
  f.plane.lifetime = absl::Seconds(1);
  const auto first = f.client->Request(nullptr);
  REQUIRE(first.ok());
  absl::SleepFor((*first)->leaf().not_after() - absl::Now() + absl::Milliseconds(10));
  REQUIRE(f.client->Request(first->get()).ok());
  CHECK(f.plane.shown() == std::vector<std::string>{"token", "token"});
}

TEST_CASE("where the certificate is refused the token is tried") {
  Fixture f;
  const auto first = f.client->Request(nullptr);
  REQUIRE(first.ok());
  f.plane.refuses_certificates = true;
  CHECK(f.client->Request(first->get()).ok());
  CHECK(f.plane.shown() == std::vector<std::string>{"token", "certificate", "token"});
  f.folder.Write("token", "spent");
  const auto refused = f.client->Request(first->get());
  CHECK(absl::IsUnauthenticated(refused.status()));
}

TEST_CASE("a token that is refused is said to be, with its file; a new one is read") {
  Fixture f;
  f.folder.Write("token", "wrong");
  const auto refused = f.client->Request(nullptr);
  CHECK(absl::IsUnauthenticated(refused.status()));
  CHECK(refused.status().message() == "the control plane refuses the token of " +
                                          f.folder.File("token") +
                                          ": the credential does not hold");
  f.folder.Write("token", ControlPlane::kToken);
  CHECK(f.client->Request(nullptr).ok());
}

TEST_CASE("without a token nothing is asked") {
  Fixture f;
  f.folder.Write("token", " \n");
  CHECK(absl::IsNotFound(f.client->Request(nullptr).status()));
  std::filesystem::remove(f.folder.File("token"));
  CHECK(absl::IsNotFound(f.client->Request(nullptr).status()));
  CHECK(f.plane.shown().empty());
}

TEST_CASE("a control plane under a root that is not trusted gets no token") {
  Fixture f;
  ca::TestAuthority stranger;
  f.Connect(stranger->bundle()->pem());
  const absl::Status refused = f.client->Request(nullptr).status();
  CHECK(absl::IsUnavailable(refused));
  CHECK(refused.message() ==
        "cannot reach the control plane at " + f.plane.address().address.ToString() +
            ": its certificate leads to none of the roots that are trusted here (--root-file)");
  CHECK(f.plane.shown().empty());
}

TEST_CASE("a control plane of another name gets no token") {
  Fixture f;
  ServerAddress address = f.plane.address();
  address.name = "localhost";
  CertificateWish wish;
  wish.identity.ip = "127.0.0.1";
  wish.identity.name = "web-1";
  wish.token_file = f.folder.File("token");
  CertificateClient client(address, wish, *f.trust, f.clock);
  const absl::Status refused = client.Request(nullptr).status();
  CHECK(absl::IsUnavailable(refused));
  CHECK(refused.message() == "cannot reach the control plane at " + address.address.ToString() +
                                 ": its certificate is not for localhost (--server-name)");
  CHECK(f.plane.shown().empty());
}

TEST_CASE("a root file that was replaced vouches for the control plane too") {
  Fixture f;
  ca::TestAuthority former;
  f.Connect(former->bundle()->pem());
  REQUIRE(f.trust->Take(former->bundle()->pem()).ok());
  CHECK_FALSE(f.client->Request(nullptr).ok());
  f.folder.Write("roots.pem", f.plane.authority()->bundle()->pem());
  CHECK(f.client->Request(nullptr).ok());
}

TEST_CASE("a request ends when it is cancelled, and so does each later one") {
  Fixture f;
  f.client->Cancel();
  CHECK(absl::IsCancelled(f.client->Request(nullptr).status()));
}

TEST_CASE("the certificate of a credential for somebody else is taken as it is") {
  Fixture f;
  f.Connect(f.plane.authority()->bundle()->pem(), "admin");
  const auto got = f.client->Request(nullptr);
  REQUIRE(got.ok());
  CHECK((*got)->name() == "spiffe://cluster.local/ns/shop/sa/web");
}

}  // namespace
}  // namespace binnacle::agent
