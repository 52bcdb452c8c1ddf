#include "translator/tls_cipher.h"

#include <catch2/catch.hpp>
#include <initializer_list>

namespace binnacle::translator {
namespace {

using Words = std::vector<std::string>;

google::protobuf::RepeatedPtrField<std::string> List(std::initializer_list<const char*> words) {
  return {words.begin(), words.end()};
}

}  // namespace

TEST_CASE("ciphers that Envoy does not know are left out, and each stands once") {
  CHECK(
      KnownCiphers(List({"AES128-SHA", "NO-SUCH", "AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"})) ==
      Words{"AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"});
  CHECK(KnownCiphers(List({"NO-SUCH", ""})).empty());
}

TEST_CASE("groups and operators pass when what they speak of is known") {
  CHECK(KnownCiphers(List({"ALL", "!AES128-SHA", "-AES256-SHA", "@STRENGTH"})) ==
        Words{"ALL", "!AES128-SHA", "-AES256-SHA", "@STRENGTH"});
  CHECK(KnownCiphers(List({"[AES128-SHA|AES256-SHA]", "[AES128-SHA|NO-SUCH]", "[]", "!NO-SUCH"})) ==
        Words{"[AES128-SHA|AES256-SHA]"});
}

TEST_CASE("operators alone would name no cipher, so none is asked for") {
  CHECK(KnownCiphers(List({"!AES128-SHA", "+AES128-SHA"})).empty());
}

TEST_CASE("curves that Envoy no longer has are left out") {
  CHECK(KnownCurves(List({"P-256", "P-224", "X25519", "P-256", "X25519Kyber768Draft00"})) ==
        Words{"P-256", "X25519"});
}

}  // namespace binnacle::translator
