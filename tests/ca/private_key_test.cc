#include "ca/private_key.h"

#include <array>
#include <cstdio>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace binnacle::ca {
namespace {

// What `openssl` says on standard output.
std::string OpenSsl(const std::string& arguments) {
  const std::string command = absl::StrCat("openssl ", arguments, " 2>/dev/null");
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    text.append(buffer.data(), size);
  }
  return text;
}

TEST_CASE("every kind of key is known by its word, and no other") {
  for (const char* word : {"ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"}) {
    CAPTURE(word);
    const auto algorithm = ParseKeyAlgorithm(word);
    REQUIRE(algorithm.ok());
    CHECK(KeyAlgorithmName(*algorithm) == word);
  }
  CHECK(ParseKeyAlgorithm("rsa-1024").status().message() ==
        "unknown key algorithm \"rsa-1024\"; there are ec-p256, ec-p384, rsa-2048, rsa-3072 and "
        "rsa-4096");
}

TEST_CASE("a key that was made is written down and read again") {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEcP256, KeyAlgorithm::kEcP384, KeyAlgorithm::kRsa2048}) {
    CAPTURE(KeyAlgorithmName(algorithm));
    const auto key = PrivateKey::Generate(algorithm);
    REQUIRE(key.ok());
    const auto again = PrivateKey::FromPem(key->ToPem().view());
    REQUIRE(again.ok());
    CHECK(EVP_PKEY_eq(key->get(), again->get()) == 1);
    CHECK(again->PublicPem() == key->PublicPem());
    CHECK(absl::StartsWith(key->ToPem().view(), "-----BEGIN PRIVATE KEY-----\n"));
    CHECK(absl::StartsWith(key->PublicPem(), "-----BEGIN PUBLIC KEY-----\n"));
  }
}

TEST_CASE("keys in the older forms are read: SEC1, with and without parameters, and PKCS#1") {
  CHECK(PrivateKey::FromPem(OpenSsl("ecparam -genkey -name prime256v1")).ok());
  CHECK(PrivateKey::FromPem(OpenSsl("ecparam -genkey -noout -name secp384r1")).ok());
  CHECK(PrivateKey::FromPem(OpenSsl("genrsa -traditional 2048")).ok());
}

TEST_CASE("keys that are too weak or of another kind are refused") {
  const auto message = [](const std::string& arguments) {
    return std::string(PrivateKey::FromPem(OpenSsl(arguments)).status().message());
  };
  CHECK(message("genrsa 1024") == "an RSA key of 1024 bits; 2048 to 4096 are taken");
  CHECK(message("ecparam -genkey -noout -name secp224r1") ==
        "a key on the curve secp224r1; P-256 and P-384 are taken");
  CHECK(message("ecparam -genkey -noout -name secp256k1") ==
        "a key on the curve secp256k1; P-256 and P-384 are taken");
  CHECK(message("ecparam -genkey -noout -name prime256v1 -param_enc explicit") ==
        "the key describes its curve instead of naming it; P-256 and P-384 are taken");
  CHECK(message("genpkey -algorithm ed25519") ==
        "a key of type ED25519; EC (P-256, P-384) and RSA are taken");
}

TEST_CASE("an encrypted key is refused without asking for its passphrase") {
  const auto key = PrivateKey::FromPem(
      OpenSsl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:secret"));
  CHECK(absl::IsInvalidArgument(key.status()));
  CHECK(absl::StartsWith(key.status().message(), "the private key is encrypted; write it without"));
}

TEST_CASE("a key cut short anywhere is refused") {
  const std::string pem = PrivateKey::Generate(KeyAlgorithm::kEcP256)->ToPem().text();
  for (size_t size = 0; size + 1 < pem.size(); ++size) {
    CAPTURE(size);
    // Without the dashes that end the last line it is whole for OpenSSL no more.
    CHECK_FALSE(PrivateKey::FromPem(pem.substr(0, size)).ok());
  }
}

TEST_CASE("a key of which the halves do not belong together is refused") {
  // Base64 of the private number begins in the line's middle; the text around
  // it stays as it was, so that only the number changes.
  const std::string pem = PrivateKey::Generate(KeyAlgorithm::kEcP256)->ToPem().text();
  const size_t at = pem.find('\n') + 1 + 56;
  std::string changed = pem;
  changed[at] = changed[at] == 'A' ? 'B' : 'A';
  const auto key = PrivateKey::FromPem(changed);
  CHECK(key.status().message() ==
        "the private key is damaged: its public half does not belong to it");
}

}  // namespace
}  // namespace binnacle::ca
