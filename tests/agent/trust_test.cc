#include "agent/trust.h"

#include <catch2/catch.hpp>

#include "agent/secret_resource.h"
#include "tests/ca/temporary_directory.h"
#include "tests/ca/test_authority.h"

namespace binnacle::agent {
namespace {

ca::WorkloadCertificatePtr Certify(ca::TestAuthority& authority) {
  const ca::PrivateKey key = ca::NewKey();
  auto read = ca::WorkloadCertificate::Read(key, authority.Issue(key), absl::Now());
  REQUIRE(read.ok());
  return *read;
}

struct Fixture {
  ca::TemporaryDirectory folder;
  ca::TestAuthority first;
  ca::TestAuthority second;
  SecretStore store;
  const std::string file = folder.Write("roots.pem", first->bundle()->pem());
  std::unique_ptr<Trust> trust = *Trust::Open(file, store);
};

TEST_CASE("the control plane is checked against the file, and then against its bundle") {
  Fixture f;
  CHECK(f.trust->ForServer() == f.first->bundle()->pem());
  CHECK(f.trust->bundle() == nullptr);
  REQUIRE(f.trust->Take(f.second->bundle()->pem()).ok());
  CHECK(f.trust->ForServer() == f.second->bundle()->pem());
}

TEST_CASE("a file that is gone or damaged counts as it last was") {
  Fixture f;
  f.folder.Write("roots.pem", "damaged");
  CHECK(f.trust->ForServer() == f.first->bundle()->pem());
  std::filesystem::remove(f.file);
  CHECK(f.trust->ForServer() == f.first->bundle()->pem());
}

TEST_CASE("the bundle is published under the version that it is answered with") {
  Fixture f;
  const auto version = f.trust->Take(f.second->bundle()->pem());
  REQUIRE(version.ok());
  CHECK(f.store.Find(std::string(kTrustedRoots))->version == *version);
  CHECK(*f.trust->Take(f.second->bundle()->pem()) == *version);
}

TEST_CASE("the roots beside a certificate are a first bundle") {
  Fixture f;
  f.trust->TakeRootsOf(*Certify(f.first));
  CHECK(f.trust->bundle()->pem() == f.first->bundle()->pem());
}

TEST_CASE("the roots beside a later certificate are added, and none goes") {
  Fixture f;
  REQUIRE(f.trust->Take(f.first->bundle()->pem()).ok());
  f.trust->TakeRootsOf(*Certify(f.second));
  CHECK(f.trust->bundle()->roots().size() == 2);
  f.trust->TakeRootsOf(*Certify(f.first));
  CHECK(f.trust->bundle()->roots().size() == 2);
  REQUIRE(f.trust->Take(f.second->bundle()->pem()).ok());
  CHECK(f.trust->bundle()->roots().size() == 1);
}

TEST_CASE("a file without roots is refused at the start") {
  Fixture f;
  CHECK_FALSE(Trust::Open(f.folder.Write("junk.pem", "junk"), f.store).ok());
  CHECK_FALSE(Trust::Open(f.folder.Write("leaf.pem", Certify(f.first)->ChainPem()), f.store).ok());
  CHECK(absl::IsNotFound(Trust::Open(f.folder.File("none.pem"), f.store).status()));
}

}  // namespace
}  // namespace binnacle::agent
