#include "translator/key_material.h"

#include <catch2/catch.hpp>
#include <string>

#include "pem_samples.h"

namespace binnacle::translator {

TEST_CASE("a certificate and its key are a pair, alone or with those above it") {
  CHECK(IsKeyPair(kCertificate, kKey));
  CHECK(IsKeyPair(std::string(kCertificate) + kOtherCertificate, kKey));
  CHECK(IsKeyPair("a comment\n" + std::string(kCertificate), kKey));
}

TEST_CASE("what Envoy would refuse is no pair") {
  CHECK_FALSE(IsKeyPair("", ""));
  CHECK_FALSE(IsKeyPair("nonsense", "nonsense"));
  CHECK_FALSE(IsKeyPair(kCertificate, kOtherKey));
  CHECK_FALSE(IsKeyPair(kCertificate, kCertificate));
  CHECK_FALSE(IsKeyPair(kKey, kKey));
  // The key belongs to the second certificate.
  CHECK_FALSE(IsKeyPair(std::string(kOtherCertificate) + kCertificate, kKey));
  CHECK_FALSE(IsKeyPair(kCertificate, kLockedKey));
  CHECK_FALSE(IsKeyPair(kShortCertificate, kShortKey));
  CHECK_FALSE(IsKeyPair(kOddCertificate, kOddKey));
}

TEST_CASE("a chain or a key that is damaged anywhere is no pair") {
  const std::string certificate = kCertificate;
  const std::string key = kKey;
  std::string damaged = certificate;
  damaged[certificate.size() / 2] = '!';
  CHECK_FALSE(IsKeyPair(damaged, key));
  CHECK_FALSE(IsKeyPair(certificate + damaged, key));
  CHECK_FALSE(IsKeyPair(certificate.substr(0, certificate.size() / 2), key));
  CHECK_FALSE(IsKeyPair(certificate, key.substr(0, key.size() / 2)));
}

TEST_CASE("roots are certificates, however many") {
  CHECK(AreRoots(kCertificate));
  CHECK(AreRoots(std::string(kCertificate) + kOtherCertificate));
  CHECK_FALSE(AreRoots(""));
  CHECK_FALSE(AreRoots("nonsense"));
  CHECK_FALSE(AreRoots("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"));
  CHECK_FALSE(AreRoots(kRevocations));
  std::string damaged = kOtherCertificate;
  damaged[damaged.size() / 2] = '!';
  CHECK_FALSE(AreRoots(kCertificate + damaged));
}

TEST_CASE("a list of revoked certificates is one, and nothing else is") {
  CHECK(IsRevocationList(kRevocations));
  CHECK_FALSE(IsRevocationList(kCertificate));
  CHECK_FALSE(IsRevocationList("nonsense"));
}

TEST_CASE("what is no OCSP answer is not stapled") {
  CHECK_FALSE(IsOcspStaple(""));
  CHECK_FALSE(IsOcspStaple("nonsense"));
  CHECK_FALSE(IsOcspStaple(kCertificate));
  CHECK_FALSE(IsOcspStaple(std::string("\x30\x03\x0a\x01\x06", 5)));  // "unauthorized"
}

}  // namespace binnacle::translator
