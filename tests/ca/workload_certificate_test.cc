#include "ca/workload_certificate.h"

#include <catch2/catch.hpp>

#include "tests/ca/test_authority.h"

namespace binnacle::ca {
namespace {

constexpr char kPrefix[] = "the certificate that the control plane sent cannot be used: ";

TEST_CASE("an answer is a leaf, what leads to a root, and roots") {
  TestAuthority authority;
  REQUIRE(authority->Introduce().ok());
  const PrivateKey key = NewKey();
  const auto read = WorkloadCertificate::Read(key, authority.Issue(key), absl::Now());
  INFO(read.status());
  REQUIRE(read.ok());
  CHECK((*read)->chain.size() == 1);
  CHECK((*read)->roots.size() == 2);
  CHECK((*read)->ValidAt(absl::Now()));
  CHECK_FALSE((*read)->ValidAt(absl::Now() + absl::Hours(2)));
}

TEST_CASE("an answer for another key is not taken") {
  TestAuthority authority;
  const auto read = WorkloadCertificate::Read(NewKey(), authority.Issue(NewKey()), absl::Now());
  CHECK(read.status().message() == std::string(kPrefix) + "it is for another key");
}

TEST_CASE("an answer without a root, or without any certificate, is not taken") {
  TestAuthority authority;
  const PrivateKey key = NewKey();
  const std::vector<std::string> answer = authority.Issue(key);
  CHECK(WorkloadCertificate::Read(key, {answer.front()}, absl::Now()).status().message() ==
        std::string(kPrefix) + "it came without a root");
  CHECK_FALSE(WorkloadCertificate::Read(key, {}, absl::Now()).ok());
  CHECK_FALSE(WorkloadCertificate::Read(key, {"junk"}, absl::Now()).ok());
}

TEST_CASE("an answer that leads to none of its roots is not taken") {
  TestAuthority authority;
  TestAuthority stranger;
  const PrivateKey key = NewKey();
  CHECK_FALSE(WorkloadCertificate::Read(
                  key, {authority.Issue(key).front(), stranger->bundle()->pem()}, absl::Now())
                  .ok());
}

TEST_CASE("an answer that has expired is not taken") {
  TestAuthority authority;
  const PrivateKey key = NewKey();
  CHECK_FALSE(
      WorkloadCertificate::Read(key, authority.Issue(key), absl::Now() + absl::Hours(2)).ok());
}

}  // namespace
}  // namespace binnacle::ca
