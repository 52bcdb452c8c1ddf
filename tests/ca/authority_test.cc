#include "ca/authority.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ca/certificate_der.h"
#include "ca/der.h"
#include "catch2/catch.hpp"
#include "tests/ca/faulty_storage.h"
#include "tests/ca/plugged_in_files.h"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);
const SpiffeId& Id() {
  static const SpiffeId id = *SpiffeId::Make("cluster.local", "production", "wordpress");
  return id;
}

CertificateRequest RequestOf(KeyAlgorithm algorithm = KeyAlgorithm::kEcP256) {
  const auto pem = CertificateRequest::Make(*PrivateKey::Generate(algorithm), Id());
  return *CertificateRequest::Parse(*pem);
}

struct Opened {
  FaultyStorage storage;
  SetClock clock{kNow};
  std::unique_ptr<Authority> authority;

  explicit Opened(AuthorityOptions options = {}) {
    auto opened = Authority::Open(std::move(options), storage, clock);
    INFO(opened.status());
    REQUIRE(opened.ok());
    authority = *std::move(opened);
  }
};

Issued Issue(const Authority& authority, absl::Duration lifetime = absl::ZeroDuration(),
             KeyAlgorithm algorithm = KeyAlgorithm::kEcP256) {
  auto issued = authority.IssueSvid(RequestOf(algorithm), Id(), lifetime);
  INFO(issued.status());
  REQUIRE(issued.ok());
  return *std::move(issued);
}

// `openssl verify`, as strict as it can be, at the authority's time.
Said OpenSslVerify(const Issued& issued, const std::string& purpose) {
  const TemporaryDirectory directory;
  std::string others;
  for (size_t i = 1; i + 1 < issued.chain.size(); ++i) others += issued.chain[i];
  PutFile(directory.File("leaf.pem"), issued.chain.front());
  PutFile(directory.File("others.pem"), others);
  PutFile(directory.File("root.pem"), issued.chain.back());
  return Run(absl::StrCat("openssl verify -x509_strict -auth_level 2 -check_ss_sig -purpose ",
                          purpose, " -attime ", absl::ToUnixSeconds(kNow), " -CAfile ",
                          directory.File("root.pem"),
                          others.empty() ? "" : " -untrusted " + directory.File("others.pem"), " ",
                          directory.File("leaf.pem")));
}

void CheckAcceptedByOpenSsl(const Issued& issued) {
  for (const char* purpose : {"sslclient", "sslserver"}) {
    CAPTURE(purpose);
    const Said said = OpenSslVerify(issued, purpose);
    CHECK(absl::EndsWith(said.text, "leaf.pem: OK\n"));
    CHECK(said.exit_code == 0);
  }
}

TEST_CASE("a certificate is a SPIFFE X.509 SVID, extension by extension") {
  const Opened opened;
  const Certificate svid = Issue(*opened.authority).certificate;
  const Certificate root = opened.authority->status().issuer;

  CHECK(svid.uri_names() == std::vector<std::string>{Id().ToString()});
  CHECK(svid.dns_names().empty());
  CHECK(svid.subject().empty());
  CHECK_FALSE(svid.is_authority());
  X509* const x509 = svid.x509();
  REQUIRE(x509 != nullptr);
  CHECK(X509_get_version(x509) == X509_VERSION_3);
  CHECK(X509_get_key_usage(x509) == KU_DIGITAL_SIGNATURE);
  CHECK(X509_get_extended_key_usage(x509) == (XKU_SSL_SERVER | XKU_SSL_CLIENT));
  CHECK((X509_get_extension_flags(x509) & (EXFLAG_INVALID | EXFLAG_CRITICAL | EXFLAG_CA)) == 0);
  CHECK(X509_check_issued(root.x509(), x509) == X509_V_OK);
  CHECK(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(x509),
                              X509_get0_subject_key_id(root.x509())) == 0);
  CHECK(X509_get0_subject_key_id(x509) != nullptr);
  CHECK(X509_get_signature_nid(x509) == NID_ecdsa_with_SHA256);

  const auto critical = [&](int nid) {
    const int at = X509_get_ext_by_NID(x509, nid, -1);
    REQUIRE(at >= 0);
    return X509_EXTENSION_get_critical(X509_get_ext(x509, at)) == 1;
  };
  CHECK(critical(NID_subject_alt_name));
  CHECK(critical(NID_key_usage));
  CHECK(critical(NID_basic_constraints));
  CHECK_FALSE(critical(NID_ext_key_usage));
  CHECK(X509_get_ext_count(x509) == 6);
}

TEST_CASE("a root is a SPIFFE signing certificate of its trust domain") {
  const Opened opened;
  const Certificate root = opened.authority->status().issuer;
  CHECK(root.is_authority());
  CHECK(root.uri_names() == std::vector<std::string>{"spiffe://cluster.local"});
  CHECK(absl::StartsWith(root.subject(), "CN=Binnacle root 2024-11-19 "));
  CHECK(absl::EndsWith(root.subject(), ",O=cluster.local"));
  CHECK(X509_get_key_usage(root.x509()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(root.not_before() == kNow - absl::Minutes(2));
  CHECK(root.not_after() == kNow + absl::Hours(24 * 3650));
  CHECK(Opened().authority->status().issuer.subject() != root.subject());
}

TEST_CASE("only a key that can encipher is certified for it") {
  const Opened opened;
  const Certificate rsa =
      Issue(*opened.authority, absl::ZeroDuration(), KeyAlgorithm::kRsa2048).certificate;
  CHECK(X509_get_key_usage(rsa.x509()) == (KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
}

TEST_CASE("openssl verify accepts what every kind of root signs for every kind of key") {
  for (const KeyAlgorithm root :
       {KeyAlgorithm::kEcP256, KeyAlgorithm::kEcP384, KeyAlgorithm::kRsa2048,
        KeyAlgorithm::kRsa3072, KeyAlgorithm::kRsa4096}) {
    CAPTURE(KeyAlgorithmName(root));
    AuthorityOptions options;
    options.root_algorithm = root;
    const Opened opened(options);
    for (const KeyAlgorithm key :
         {KeyAlgorithm::kEcP256, KeyAlgorithm::kEcP384, KeyAlgorithm::kRsa2048}) {
      CAPTURE(KeyAlgorithmName(key));
      const Issued issued = Issue(*opened.authority, absl::ZeroDuration(), key);
      CHECK(issued.chain.size() == 2);
      CheckAcceptedByOpenSsl(issued);
      CHECK(opened.authority->bundle()->Verify({issued.certificate}, kNow).ok());
    }
  }
}

TEST_CASE("openssl verify accepts what a plugged-in authority signs") {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEcP256, KeyAlgorithm::kEcP384, KeyAlgorithm::kRsa2048}) {
    CAPTURE(KeyAlgorithmName(algorithm));
    const TemporaryDirectory directory;
    const ForeignAuthority foreign = MakeForeignAuthority("acme", kNow, algorithm);
    PlugIn(directory.path(), foreign);
    AuthorityOptions options;
    options.plugged_in_dir = directory.path();
    const Opened opened(options);
    const Issued issued = Issue(*opened.authority);
    REQUIRE(issued.chain.size() == 4);
    CHECK(issued.chain[1] == foreign.signing.certificate.pem());
    CHECK(issued.chain[2] == foreign.middle.certificate.pem());
    CHECK(issued.chain[3] == foreign.root.certificate.pem());
    CHECK(issued.issuer_fingerprint == foreign.signing.certificate.fingerprint());
    CheckAcceptedByOpenSsl(issued);
  }
}

TEST_CASE("a certificate lives for a day, or as long as asked but for the longest allowed") {
  const Opened opened;
  const auto lifetime = [&](absl::Duration wish) {
    const Certificate svid = Issue(*opened.authority, wish).certificate;
    CHECK(svid.not_before() == kNow - absl::Minutes(2));
    return svid.not_after() - kNow;
  };
  CHECK(lifetime(absl::ZeroDuration()) == absl::Hours(24));
  CHECK(lifetime(-absl::Hours(5)) == absl::Hours(24));
  CHECK(lifetime(absl::Minutes(10)) == absl::Minutes(10));
  CHECK(lifetime(absl::Hours(24 * 90)) == absl::Hours(24 * 90));
  CHECK(lifetime(absl::Hours(24 * 365)) == absl::Hours(24 * 90));
  CHECK(lifetime(absl::InfiniteDuration()) == absl::Hours(24 * 90));
  CHECK(lifetime(absl::Nanoseconds(1)) == absl::Seconds(1));
}

TEST_CASE("no certificate outlives its issuer or begins before it") {
  AuthorityOptions options;
  options.root_lifetime = absl::Hours(10);
  Opened opened(options);
  const Certificate root = opened.authority->status().issuer;
  const Certificate svid = Issue(*opened.authority).certificate;
  CHECK(svid.not_after() == root.not_after());
  CHECK(svid.not_before() == root.not_before());
  opened.clock.Advance(absl::Hours(10) - absl::Seconds(2));
  CHECK(Issue(*opened.authority).certificate.not_after() == root.not_after());
  opened.clock.Advance(absl::Seconds(2));
  const auto late = opened.authority->IssueSvid(RequestOf(), Id(), absl::ZeroDuration());
  CHECK(absl::IsFailedPrecondition(late.status()));
  CHECK(late.status().message() ==
        "the issuing certificate, or one above it, expired at 2024-11-19T17:06:40Z; nothing can be "
        "signed with it");
}

TEST_CASE("no certificate outlives a root above a plugged-in issuer that lives longer") {
  const TemporaryDirectory directory;
  const absl::Time begin = kNow - absl::Hours(1);
  const Forged root = Forge({"root", begin, kNow + absl::Hours(5), AuthorityExtensions()});
  const Forged signing =
      Forge({"mesh", begin, kNow + absl::Hours(50), AuthorityExtensions()}, &root);
  PlugIn(directory.path(), signing, {}, {root.certificate});
  AuthorityOptions options;
  options.plugged_in_dir = directory.path();
  const Opened opened(options);
  CHECK(Issue(*opened.authority).certificate.not_after() == kNow + absl::Hours(5));
}

TEST_CASE("serial numbers are positive, of 128 bits, and of 80 of them nobody knows before") {
  const Opened opened;
  std::set<std::string> serials;
  std::set<std::string> random_parts;
  const CertificateRequest request = RequestOf();
  for (int i = 0; i < 500; ++i) {
    const auto issued = opened.authority->IssueSvid(request, Id(), absl::ZeroDuration());
    REQUIRE(issued.ok());
    const Certificate& svid = issued->certificate;
    CHECK(svid.serial().size() == 32);
    serials.insert(svid.serial());
    random_parts.insert(svid.serial().substr(12));
    if (i % 50 == 0) {
      const ASN1_INTEGER* number = X509_get0_serialNumber(svid.x509());
      CHECK(ASN1_STRING_type(number) == V_ASN1_INTEGER);  // and not its negative
    }
  }
  CHECK(serials.size() == 500);
  CHECK(random_parts.size() == 500);
}

TEST_CASE("serial numbers begin with the time, so that those of one hour lie side by side") {
  const Opened opened;
  const CertificateRequest request = RequestOf();
  const absl::Time before = absl::Now();
  const auto issued = opened.authority->IssueSvid(request, Id(), absl::ZeroDuration());
  const absl::Time after = absl::Now();
  REQUIRE(issued.ok());
  uint64_t milliseconds = 0;
  REQUIRE(absl::SimpleHexAtoi(issued->certificate.serial().substr(0, 12), &milliseconds));
  CHECK(milliseconds >= static_cast<uint64_t>(absl::ToUnixMillis(before)));
  CHECK(milliseconds <= static_cast<uint64_t>(absl::ToUnixMillis(after)));
}

TEST_CASE("the key is the request's and the name the caller's, whatever the request wants") {
  const Opened opened;
  const PrivateKey key = *PrivateKey::Generate(KeyAlgorithm::kEcP256);
  const SpiffeId wanted = *SpiffeId::Make("cluster.local", "kube-system", "admin");
  const auto request = CertificateRequest::Parse(*CertificateRequest::Make(key, wanted));
  const auto issued = opened.authority->IssueSvid(*request, Id(), absl::ZeroDuration());
  REQUIRE(issued.ok());
  CHECK(*issued->certificate.spiffe_id() == Id());
  CHECK(EVP_PKEY_eq(X509_get0_pubkey(issued->certificate.x509()), key.get()) == 1);
}

TEST_CASE("nothing is signed for another trust domain") {
  const Opened opened;
  const SpiffeId other = *SpiffeId::Make("other.example", "production", "wordpress");
  const auto issued = opened.authority->IssueSvid(RequestOf(), other, absl::ZeroDuration());
  CHECK(absl::IsInvalidArgument(issued.status()));
  CHECK(issued.status().message() ==
        "this is the authority of cluster.local, not of other.example");
}

TEST_CASE("a server's certificate has its names, is for servers only and is no identity") {
  const Opened opened;
  const PrivateKey key = *PrivateKey::Generate(KeyAlgorithm::kEcP256);
  const auto issued = opened.authority->IssueServing(
      key, {"localhost", "binnacled.binnacle.svc", "*.example.com", "127.0.0.1", "::1"},
      absl::Hours(1));
  REQUIRE(issued.ok());
  const Certificate& serving = issued->certificate;
  CHECK(serving.dns_names() ==
        std::vector<std::string>{"localhost", "binnacled.binnacle.svc", "*.example.com"});
  CHECK(serving.uri_names().empty());
  CHECK(X509_check_ip_asc(serving.x509(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(serving.x509(), "::1", 0) == 1);
  CHECK(X509_check_host(serving.x509(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_get_extended_key_usage(serving.x509()) == XKU_SSL_SERVER);
  CHECK(OpenSslVerify(*issued, "sslserver").exit_code == 0);
  CHECK(OpenSslVerify(*issued, "sslclient").exit_code != 0);
  CHECK(absl::IsUnauthenticated(opened.authority->bundle()->Verify({serving}, kNow).status()));

  CHECK(opened.authority->IssueServing(key, {}, absl::Hours(1)).status().message() ==
        "a server's certificate needs a name");
  for (const char* name : {"", "a b", "a/b", "spiffe://cluster.local", ".a", "a.", "a:1", "*."}) {
    CAPTURE(name);
    CHECK(absl::IsInvalidArgument(
        opened.authority->IssueServing(key, {name}, absl::Hours(1)).status()));
  }
}

TEST_CASE("options that make no sense are refused before anything is stored") {
  SetClock clock(kNow);
  FaultyStorage storage;
  AuthorityOptions nameless;
  nameless.trust_domain = "Not a domain";
  CHECK(absl::IsInvalidArgument(Authority::Open(nameless, storage, clock).status()));
  AuthorityOptions lifeless;
  lifeless.default_lifetime = absl::ZeroDuration();
  CHECK(absl::IsInvalidArgument(Authority::Open(lifeless, storage, clock).status()));
  AuthorityOptions rootless;
  rootless.root_lifetime = -absl::Hours(1);
  CHECK(absl::IsInvalidArgument(Authority::Open(rootless, storage, clock).status()));
  CHECK(storage.files.empty());
}

TEST_CASE("after a restart the same root signs, and what was issued before is still valid") {
  Opened opened;
  const Issued before = Issue(*opened.authority);
  const std::string stored = opened.storage.files.begin()->second;
  AuthorityOptions options;
  options.expect_state = true;
  const auto again = Authority::Open(options, opened.storage, opened.clock);
  REQUIRE(again.ok());
  CHECK((*again)->bundle()->version() == opened.authority->bundle()->version());
  CHECK((*again)->bundle()->Verify({before.certificate}, kNow).ok());
  CHECK(opened.authority->bundle()->Verify({Issue(**again).certificate}, kNow).ok());
  CHECK(opened.storage.files.begin()->second == stored);
}

TEST_CASE("the authority of another trust domain is not taken over") {
  Opened opened;
  AuthorityOptions options;
  options.trust_domain = "other.example";
  const auto again = Authority::Open(options, opened.storage, opened.clock);
  CHECK(absl::IsFailedPrecondition(again.status()));
  CHECK(again.status().message() ==
        "the stored certificate authority is that of spiffe://cluster.local, not of "
        "spiffe://other.example. Start with its trust domain, or with another data directory");
}

}  // namespace
}  // namespace binnacle::ca
