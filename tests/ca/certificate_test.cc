#include "ca/certificate.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "tests/ca/certificate_forge.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);

Forged Workload() { return Forge({"", kNow, kNow + absl::Hours(1), WorkloadExtensions()}); }

TEST_CASE("what is read of a certificate is what OpenSSL reads of it") {
  auto extensions = WorkloadExtensions();
  extensions.back().second += ",DNS:wordpress.production.svc,DNS:wordpress,IP:10.0.0.1";
  const Certificate read =
      Forge({"a, b", kNow, absl::FromUnixSeconds(2600000000), extensions}).certificate;

  CHECK(read.uri_names() ==
        std::vector<std::string>{"spiffe://cluster.local/ns/production/sa/wordpress"});
  CHECK(read.dns_names() == std::vector<std::string>{"wordpress.production.svc", "wordpress"});
  CHECK(read.not_before() == kNow);
  CHECK(read.not_after() == absl::FromUnixSeconds(2600000000));  // in 2052
  CHECK(read.subject() == "CN=a\\, b");
  CHECK_FALSE(read.is_authority());
  CHECK(read.spiffe_id()->ns() == "production");

  BIGNUM* const serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(read.x509()), nullptr);
  char* const hex = BN_bn2hex(serial);
  CHECK(read.serial() == absl::AsciiStrToLower(hex));
  OPENSSL_free(hex);
  BN_free(serial);

  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509_digest(read.x509(), EVP_sha256(), digest, &size);
  CHECK(read.fingerprint() ==
        absl::BytesToHexString({reinterpret_cast<const char*>(digest), size}));
}

TEST_CASE("an authority is known by its basic constraints") {
  CHECK(Forge({"root", kNow, kNow + absl::Hours(1), AuthorityExtensions()})
            .certificate.is_authority());
  CHECK_FALSE(Forge({"root", kNow, kNow + absl::Hours(1), {}}).certificate.is_authority());
}

TEST_CASE("a certificate's text is read back to the same certificate, among comments") {
  const Certificate one = Workload().certificate;
  CHECK(*Certificate::FromPem(one.pem()) == one);
  CHECK(*Certificate::FromPem(absl::StrCat("# a comment\n\n", one.pem(), "\n \n")) == one);
  CHECK(*Certificate::FromPem(absl::StrReplaceAll(one.pem(), {{"\n", "\r\n"}})) == one);
  CHECK(*Certificate::FromDer(one.der()) == one);
}

TEST_CASE("one certificate is one certificate, and a list has at least one") {
  const std::string one = Workload().certificate.pem();
  CHECK(Certificate::FromPem(one + one).status().message() ==
        "2 certificates where there should be one");
  CHECK(Certificate::ListFromPem(one + one)->size() == 2);
  CHECK(Certificate::ListFromPem("").status().message() ==
        "no certificate: no line \"-----BEGIN CERTIFICATE-----\"");
  CHECK(Certificate::ListFromPem(one + "-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                       "-----END PRIVATE KEY-----\n")
            .status()
            .message() == "a PEM block \"PRIVATE KEY\" among certificates");
}

TEST_CASE("a certificate cut short anywhere is refused") {
  const Certificate one = Workload().certificate;
  for (size_t size = 0; size + 1 < one.pem().size(); ++size) {
    CAPTURE(size);
    CHECK(absl::IsInvalidArgument(Certificate::FromPem(one.pem().substr(0, size)).status()));
    if (size < one.der().size()) {
      CHECK(absl::IsInvalidArgument(Certificate::FromDer(one.der().substr(0, size)).status()));
    }
  }
  CHECK(absl::IsInvalidArgument(Certificate::FromDer(one.der() + '\0').status()));
}

TEST_CASE("a certificate with a bit flipped anywhere is refused or another one") {
  const Certificate one = Workload().certificate;
  for (size_t at = 0; at < one.der().size() * 8; at += 3) {
    std::string changed = one.der();
    changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
    const auto read = Certificate::FromDer(changed);
    if (read.ok()) CHECK_FALSE(*read == one);
  }
}

TEST_CASE("a SPIFFE identity is exactly one URI name") {
  auto two = WorkloadExtensions();
  two.back().second += ",URI:spiffe://cluster.local/ns/other/sa/admin";
  CHECK(Forge({"", kNow, kNow + absl::Hours(1), two}).certificate.spiffe_id().status().message() ==
        "a certificate with 2 URI names; a SPIFFE identity is exactly one");
  CHECK_FALSE(Forge({"x", kNow, kNow + absl::Hours(1), {}}).certificate.spiffe_id().ok());
}

}  // namespace
}  // namespace binnacle::ca
