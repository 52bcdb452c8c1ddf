#include "ca/certificate_request.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "ca/leaf_signer.h"
#include "catch2/catch.hpp"
#include "openssl/err.h"

namespace binnacle::ca {
namespace {

const SpiffeId& Id() {
  static const SpiffeId id = *SpiffeId::Make("cluster.local", "production", "wordpress");
  return id;
}

std::string RequestOf(KeyAlgorithm algorithm) {
  return *CertificateRequest::Make(*PrivateKey::Generate(algorithm), Id());
}

std::vector<std::filesystem::path> BadRequests() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/ca/bad_csr")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ContentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string ReasonFor(const std::string& name) {
  return std::string(
      CertificateRequest::Parse(ContentOf("tests/ca/bad_csr/" + name + ".pem")).status().message());
}

TEST_CASE("a request that an agent makes is taken, and its key with it") {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEcP256, KeyAlgorithm::kEcP384, KeyAlgorithm::kRsa2048,
        KeyAlgorithm::kRsa3072, KeyAlgorithm::kRsa4096}) {
    CAPTURE(KeyAlgorithmName(algorithm));
    const auto key = PrivateKey::Generate(algorithm);
    const auto request = CertificateRequest::Parse(*CertificateRequest::Make(*key, Id()));
    REQUIRE(request.ok());
    CHECK(request->public_key_info() == *PublicKeyInfoOf(*key));
  }
}

TEST_CASE("the older frame, carriage returns and comments around it do not matter") {
  const std::string pem = RequestOf(KeyAlgorithm::kEcP256);
  CHECK(CertificateRequest::Parse(
            absl::StrReplaceAll(pem, {{"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}}))
            .ok());
  CHECK(CertificateRequest::Parse(absl::StrReplaceAll(pem, {{"\n", "\r\n"}})).ok());
  CHECK(CertificateRequest::Parse(absl::StrCat("\n# made today\n", pem, "\n\n")).ok());
  CHECK(CertificateRequest::Parse(pem.substr(0, pem.size() - 1)).ok());
}

TEST_CASE("a request without attributes, and one that wants names, are taken for their keys") {
  CHECK(CertificateRequest::Parse(ContentOf("tests/ca/good_csr/no-attributes.pem")).ok());
  CHECK(CertificateRequest::Parse(ContentOf("tests/ca/good_csr/wants-other-names.pem")).ok());
  CHECK(CertificateRequest::Parse(ContentOf("tests/ca/good_csr/says-it-is-no-authority.pem")).ok());
}

TEST_CASE("there are a hundred bad requests, and each is refused with a reason") {
  const auto paths = BadRequests();
  CHECK(paths.size() >= 100);
  for (const auto& path : paths) {
    CAPTURE(path.filename().string());
    const absl::Status refused = CertificateRequest::Parse(ContentOf(path)).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(absl::StartsWith(refused.message(), "certificate request: "));
    CHECK(refused.message().size() < 300);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("the reason says what is wrong") {
  CHECK(ReasonFor("empty") ==
        "certificate request: not PEM: no line \"-----BEGIN CERTIFICATE REQUEST-----\"");
  CHECK(ReasonFor("two-blocks") == "certificate request: 2 PEM blocks; it must be one");
  CHECK(ReasonFor("type-certificate") ==
        "certificate request: a PEM block \"CERTIFICATE\"; it must be \"CERTIFICATE REQUEST\"");
  CHECK(ReasonFor("rsa-1024") ==
        "certificate request: an RSA key of 1024 bits; 2048 to 4096 are taken");
  CHECK(ReasonFor("rsa-with-exponent-1") ==
        "certificate request: an RSA key whose exponent protects nothing");
  CHECK(ReasonFor("curve-secp256k1") ==
        "certificate request: a key on the curve secp256k1; P-256 and P-384 are taken");
  CHECK(ReasonFor("rsa-signed-with-md5") ==
        "certificate request: signed with md5WithRSAEncryption; ECDSA and RSA (PKCS#1) with "
        "SHA-256, SHA-384 or SHA-512 are taken");
  CHECK(ReasonFor("ed25519") ==
        "certificate request: signed with ED25519; ECDSA and RSA (PKCS#1) with SHA-256, SHA-384 or "
        "SHA-512 are taken");
  CHECK(ReasonFor("wants-to-be-an-authority") ==
        "certificate request: it asks to be a certificate authority (CA:TRUE)");
  CHECK(ReasonFor("wants-it-in-a-second-attribute") ==
        "certificate request: it asks to be a certificate authority (CA:TRUE)");
  CHECK(ReasonFor("wants-to-sign-certificates") ==
        "certificate request: it asks to sign certificates or revocation lists (keyUsage)");
  CHECK(ReasonFor("key-not-on-its-curve") == "certificate request: the public key is damaged");
  CHECK(ReasonFor("replayed-signature-with-another-key") ==
        "certificate request: the signature is not by the key in it");
  CHECK(absl::EndsWith(ReasonFor("oversized-by-comments"), " bytes; 16384 are the most"));
  CHECK(ReasonFor("key-compressed") ==
        "certificate request: the public key is a compressed point, which many cannot read");
  CHECK(ReasonFor("nul-bytes") == "certificate request: not PEM: there are NUL bytes in it");
}

TEST_CASE("a good request with any one character changed is refused, or has the same key") {
  const std::string pem = RequestOf(KeyAlgorithm::kEcP256);
  const std::string key = CertificateRequest::Parse(pem)->public_key_info();
  for (size_t at = 0; at < pem.size(); ++at) {
    CAPTURE(at);
    for (const char other : {'A', 'f', '/', '-', '\n', '='}) {
      std::string changed = pem;
      changed[at] = other;
      const auto request = CertificateRequest::Parse(changed);
      if (request.ok()) CHECK(request->public_key_info() == key);
    }
  }
}

TEST_CASE("a good request cut short anywhere is refused") {
  const std::string pem = RequestOf(KeyAlgorithm::kEcP384);
  for (size_t size = 0; size + 1 < pem.size(); ++size) {
    CAPTURE(size);
    CHECK(absl::IsInvalidArgument(CertificateRequest::Parse(pem.substr(0, size)).status()));
  }
}

}  // namespace
}  // namespace binnacle::ca
