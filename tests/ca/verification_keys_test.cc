#include "ca/verification_keys.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "httplib.h"
#include "tests/ca/temporary_directory.h"
#include "tests/ca/token_forge.h"

namespace binnacle::ca {
namespace {

using nlohmann::json;

std::string BytesOf(const BIGNUM* number, int size) {
  std::string bytes(static_cast<size_t>(size), '\0');
  REQUIRE(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size) == size);
  return bytes;
}

std::string Member(const EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  const std::string bytes = BytesOf(number, size == 0 ? BN_num_bytes(number) : size);
  BN_free(number);
  return Base64Url(bytes);
}

json JwkOf(const EVP_PKEY* key, const std::string& id) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return {{"kty", "RSA"}, {"kid", id}, {"n", Member(key, "n", 0)}, {"e", Member(key, "e", 0)}};
  }
  const int bits = EVP_PKEY_get_bits(key);
  const int bytes = (bits + 7) / 8;
  return {{"kty", "EC"},
          {"kid", id},
          {"crv", absl::StrCat("P-", bits)},
          {"x", Member(key, "qx", bytes)},
          {"y", Member(key, "qy", bytes)}};
}

std::string SetOf(const std::vector<json>& keys) { return json{{"keys", keys}}.dump(); }

std::string PrivatePemOf(EVP_PKEY* key) {
  const BioPtr out = WriteBio();
  REQUIRE(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return TextOf(out.get());
}

std::string MessageFor(const std::string& text) {
  const auto keys = ParseVerificationKeys(text);
  CHECK(absl::IsInvalidArgument(keys.status()));
  return std::string(keys.status().message());
}

void WriteFile(const std::string& path, const std::string& text) {
  // Beside and renamed, as configuration is put in place.
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

// A server of keys on this machine.
struct KeyServer {
  httplib::Server server;
  std::string body;
  int status = 200;
  std::atomic<int> asked = 0;
  int port = 0;
  std::thread thread;

  KeyServer() {
    server.Get("/keys", [this](const httplib::Request&, httplib::Response& response) {
      ++asked;
      response.status = status;
      if (status == 302) response.set_header("Location", "/elsewhere");
      response.set_content(body, "application/json");
    });
    server.Get("/elsewhere", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(body, "application/json");
    });
    port = server.bind_to_any_port("127.0.0.1");
    REQUIRE(port > 0);
    thread = std::thread([this] { server.listen_after_bind(); });
  }
  ~KeyServer() {
    server.stop();
    thread.join();
  }
  std::string Url() const { return absl::StrCat("http://127.0.0.1:", port, "/keys"); }
};

}  // namespace

TEST_CASE("public keys and certificates are taken from PEM, in their order") {
  const EvpKeyPtr ec = NewEcKey("P-384");
  const EvpKeyPtr rsa = NewRsaKey(2048);
  const auto keys = ParseVerificationKeys(
      absl::StrCat("# comment\n", PublicPemOf(ec.get()), "\n", PublicPemOf(rsa.get())));

  REQUIRE(keys.ok());
  REQUIRE(keys->size() == 2);
  CHECK((*keys)[0].public_pem == PublicPemOf(ec.get()));
  CHECK((*keys)[1].public_pem == PublicPemOf(rsa.get()));
  CHECK((*keys)[0].id.empty());
}

TEST_CASE("a private key in the place of public ones is refused, and not repeated") {
  const EvpKeyPtr key = NewEcKey("P-256");

  CHECK(MessageFor(PrivatePemOf(key.get())) ==
        "block 1: a private key does not belong here; its public half does");
  CHECK(MessageFor(PublicPemOf(key.get()) + PrivatePemOf(key.get())) ==
        "block 2: a private key does not belong here; its public half does");
}

TEST_CASE("keys that are damaged, weak or on odd curves are refused with the reason") {
  const std::string good = PublicPemOf(NewEcKey("P-256").get());

  CHECK(MessageFor(absl::StrReplaceAll(good, {{"-----END", "-----ENX"}})) == "block 1 is damaged");
  CHECK(MessageFor(good + good.substr(0, good.size() / 2)) == "block 2 is damaged");
  CHECK(MessageFor(PublicPemOf(NewRsaKey(1024).get())) ==
        "block 1: an RSA key of 1024 bits; 2048 to 8192 are taken");
  CHECK(MessageFor(PublicPemOf(NewEcKey("secp256k1").get())) ==
        "block 1: only RSA keys and EC keys on P-256, P-384 and P-521 are taken");
  CHECK(MessageFor("") ==
        "no keys in it: public keys or certificates as PEM, or a JWK Set, are wanted");
  CHECK(absl::StartsWith(MessageFor("hello"), "no keys in it"));
}

TEST_CASE("a JWK Set gives the keys that openssl itself would write") {
  const EvpKeyPtr rsa = NewRsaKey(3072);
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    const EvpKeyPtr ec = NewEcKey(curve);
    json with_use = JwkOf(ec.get(), "b");
    with_use["use"] = "sig";
    with_use["alg"] = absl::StrCat("ES", curve == std::string("P-521") ? "512" : curve + 2);
    const auto keys = ParseVerificationKeys(SetOf({JwkOf(rsa.get(), "a"), with_use}));

    REQUIRE(keys.ok());
    REQUIRE(keys->size() == 2);
    CHECK((*keys)[0].id == "a");
    CHECK((*keys)[0].algorithm.empty());
    CHECK((*keys)[0].public_pem == PublicPemOf(rsa.get()));
    CHECK((*keys)[1].id == "b");
    CHECK((*keys)[1].algorithm == with_use["alg"]);
    CHECK((*keys)[1].public_pem == PublicPemOf(ec.get()));
  }
}

TEST_CASE("keys in a JWK Set that are of no use are left out") {
  const json good = JwkOf(NewEcKey("P-256").get(), "good");
  json encrypting = good;
  encrypting["use"] = "enc";
  json deriving = good;
  deriving["key_ops"] = {"deriveKey"};
  json symmetric = {{"kty", "oct"}, {"k", "AAAA"}, {"alg", "HS256"}};
  json hmac = good;
  hmac["alg"] = "HS256";
  json edwards = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}};
  json koblitz = good;
  koblitz["crv"] = "secp256k1";
  json off_curve = good;
  off_curve["y"] = good["x"];
  json short_x = good;
  short_x["x"] = "AAAA";
  json without_y = good;
  without_y.erase("y");
  const json weak = JwkOf(NewRsaKey(1024).get(), "weak");
  json numbers = good;
  numbers["x"] = 7;
  json padded = good;
  padded["x"] = good["x"].get<std::string>() + "=";
  const std::vector<json> useless = {encrypting, deriving,  symmetric, hmac,  edwards, koblitz,
                                     off_curve,  short_x,   without_y, weak,  numbers, padded,
                                     json(7),    json("x"), json({}),  json()};
  for (const json& key : useless) {
    CAPTURE(key);
    const auto keys = ParseVerificationKeys(SetOf({key, good}));
    REQUIRE(keys.ok());
    CHECK(keys->size() == 1);
    CHECK(keys->front().id == "good");
    CHECK(absl::StartsWith(MessageFor(SetOf({key})), "no key in it can verify a token"));
  }
}

TEST_CASE("JSON that is no JWK Set is refused") {
  for (const char* text : {"{", "{}", R"({"keys":{}})", R"({"keys":7})", "{\"keys\":[]}x"}) {
    CHECK(MessageFor(text) == "is no JWK Set: {\"keys\": [...]} is wanted");
  }
  CHECK(MessageFor(R"({"keys":[]})") == "no key in it can verify a token");
}

TEST_CASE("a file of keys is read again when it changes, and a bad one changes nothing") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("keys");
  const std::string first = PublicPemOf(NewEcKey("P-256").get());
  const std::string second = PublicPemOf(NewEcKey("P-256").get());
  WriteFile(path, first);
  const auto source = KeysFrom(path).value();
  const auto current = [&] { return source->Current("")->get()->front().public_pem; };

  CHECK(current() == first);
  WriteFile(path, "nonsense");
  CHECK(current() == first);
  WriteFile(path, second);
  CHECK(current() == second);
  std::filesystem::remove(path);
  CHECK(current() == second);
  WriteFile(path, first);
  CHECK(current() == first);
  WriteFile(path, std::string((1 << 20) + 1, '\n') + second);
  CHECK(current() == first);
}

TEST_CASE("a file that cannot be used is named at the start") {
  const TemporaryDirectory directory;
  CHECK(absl::IsNotFound(KeysFrom(directory.File("none")).status()));
  WriteFile(directory.File("bad"), "nonsense");
  const auto bad = KeysFrom(directory.File("bad")).status();
  CHECK(absl::IsInvalidArgument(bad));
  CHECK(absl::StartsWith(bad.message(), directory.File("bad") + ": no keys in it"));
}

TEST_CASE("keys are fetched from a URL, and an unknown id asks only so often") {
  KeyServer server;
  server.body = SetOf({JwkOf(NewEcKey("P-256").get(), "a")});
  const auto source = KeysFrom(server.Url()).value();

  const auto keys = source->Current("a");
  REQUIRE(keys.ok());
  CHECK((*keys)->front().id == "a");
  const absl::Time before = absl::Now();
  for (int i = 0; i < 100; ++i) CHECK(source->Current("unknown").ok());
  CHECK(absl::Now() - before < absl::Seconds(2));
  CHECK(server.asked == 1);
}

TEST_CASE("a key that is new is found once ten seconds have passed") {
  KeyServer server;
  server.body = SetOf({JwkOf(NewEcKey("P-256").get(), "a")});
  const auto source = KeysFrom(server.Url()).value();
  REQUIRE(source->Current("a").ok());
  server.body = SetOf({JwkOf(NewEcKey("P-256").get(), "b")});

  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  auto keys = source->Current("b");
  while (keys.ok() && (*keys)->front().id != "b" && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(100));
    keys = source->Current("b");
  }
  REQUIRE(keys.ok());
  CHECK((*keys)->front().id == "b");
  CHECK(server.asked == 2);
}

TEST_CASE("an answer that is no set of keys is not used, until a good one comes") {
  KeyServer server;
  std::string reason;
  SECTION("an error") {
    server.status = 500;
    reason = "answers with status 500";
  }
  SECTION("a redirect") {
    server.status = 302;
    reason = "answers with status 302";
  }
  SECTION("too large") {
    server.body = std::string((1 << 20) + 1, ' ');
    reason = "larger than 1 MiB";
  }
  SECTION("nonsense") {
    server.body = "{}";
    reason = "is no JWK Set: {\"keys\": [...]} is wanted";
  }
  const auto source = KeysFrom(server.Url()).value();
  const auto none = source->Current("a").status();
  CHECK(absl::IsUnavailable(none));
  CHECK(none.message() == absl::StrCat(server.Url(), ": ", reason));

  server.status = 200;
  server.body = SetOf({JwkOf(NewEcKey("P-256").get(), "a")});
  CHECK(source->Current("a").ok());
}

TEST_CASE("only https, or http on this machine, is asked for keys") {
  for (const char* url :
       {"http://issuer.example/keys", "http://127.0.0.1.example/", "ftp://127.0.0.1/keys",
        "file:///etc/passwd", "http://10.0.0.1/keys", "https://", "://x", "gopher://localhost/"}) {
    CAPTURE(url);
    CHECK(absl::IsInvalidArgument(KeysFrom(url).status()));
  }
  const auto with_password = KeysFrom("https://user:secret@issuer.example/").status();
  CHECK(absl::IsInvalidArgument(with_password));
  CHECK_FALSE(absl::StrContains(with_password.message(), "secret"));
}

}  // namespace binnacle::ca
