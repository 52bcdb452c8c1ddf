#include "ca/jwt_verifier.h"

#include <random>

#include "catch2/catch.hpp"
#include "tests/ca/set_clock.h"
#include "tests/ca/token_forge.h"

namespace binnacle::ca {
namespace {

using nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr int64_t kNowSeconds = 1'700'000'000;

json GoodClaims() {
  return {{"iss", "https://issuer.example"},
          {"aud", {"other", "istio-ca"}},
          {"sub", "system:serviceaccount:shop:reviews"},
          {"iat", kNowSeconds - 10},
          {"nbf", kNowSeconds - 10},
          {"exp", kNowSeconds + 600}};
}

json With(json object, const char* member, json value) {
  object[member] = std::move(value);
  return object;
}

json Without(json object, const char* member) {
  object.erase(member);
  return object;
}

struct Fixture {
  SetClock clock{kNow};
  EvpKeyPtr key = NewEcKey("P-256");
  std::unique_ptr<TokenVerifier> verifier = VerifierFor({{"", "", PublicPemOf(key.get())}});

  std::unique_ptr<TokenVerifier> VerifierFor(std::vector<VerificationKey> keys) const {
    return NewJwtVerifier({"mesh.example", "https://issuer.example", {"istio-ca", "binnacle"}},
                          FixedKeys(std::move(keys)), clock);
  }
  absl::Status StatusOf(const json& claims) const {
    return verifier->Verify(Token({{"alg", "ES256"}}, claims, key.get())).status();
  }
  std::string ReasonFor(const json& claims) const { return ReasonForOperator(StatusOf(claims)); }
};

void CheckRefused(const TokenVerifier& verifier, const std::string& token,
                  const std::string& reason) {
  const auto caller = verifier.Verify(token);
  CHECK(absl::IsUnauthenticated(caller.status()));
  CHECK(caller.status().message() == "the credential is not valid");
  CHECK(ReasonForOperator(caller.status()) == reason);
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a good token names its service account in the mesh's trust domain") {
  const auto caller = verifier->Verify(Token({{"alg", "ES256"}}, GoodClaims(), key.get()));

  REQUIRE(caller.ok());
  CHECK(caller->id.ToString() == "spiffe://mesh.example/ns/shop/sa/reviews");
  CHECK(caller->credential == "token system:serviceaccount:shop:reviews");
  CHECK(caller->expires == absl::FromUnixSeconds(kNowSeconds + 600));
}

TEST_CASE_METHOD(Fixture, "each algorithm is taken with the key that belongs to it, and no other") {
  const EvpKeyPtr rsa = NewRsaKey(2048);
  const EvpKeyPtr p384 = NewEcKey("P-384");
  const EvpKeyPtr p521 = NewEcKey("P-521");
  const std::vector<std::pair<std::string, EVP_PKEY*>> all = {
      {"RS256", rsa.get()}, {"RS384", rsa.get()},  {"RS512", rsa.get()},
      {"ES256", key.get()}, {"ES384", p384.get()}, {"ES512", p521.get()}};
  for (const auto& [algorithm, signer] : all) {
    CAPTURE(algorithm);
    const std::string token = Token({{"alg", algorithm}}, GoodClaims(), signer);
    for (EVP_PKEY* known : {rsa.get(), key.get(), p384.get(), p521.get()}) {
      CHECK(VerifierFor({{"", "", PublicPemOf(known)}})->Verify(token).ok() == (known == signer));
    }
    CHECK(VerifierFor({{"", algorithm, PublicPemOf(signer)}})->Verify(token).ok());
    CHECK_FALSE(VerifierFor({{"", "PS256", PublicPemOf(signer)}})->Verify(token).ok());
  }
}

TEST_CASE_METHOD(Fixture, "an algorithm must be that of the curve, even where the key would do") {
  // Signed as ES384 with a key on P-256: the signature itself holds.
  CheckRefused(*verifier, Token({{"alg", "ES384"}}, GoodClaims(), key.get()),
               "no key with id \"\" fits ES384");
}

TEST_CASE_METHOD(Fixture, "a token without signature is refused, however `none` is written") {
  for (const char* none : {"none", "None", "NONE", "nOnE"}) {
    const std::string text = absl::StrCat(Base64Url(json{{"alg", none}}.dump()), ".",
                                          Base64Url(GoodClaims().dump()), ".");
    CheckRefused(*verifier, text,
                 absl::StrCat("the token's algorithm is \"", none,
                              "\"; RS256 to RS512 and ES256 to ES512 are taken"));
    CHECK(absl::IsUnauthenticated(verifier->Verify(text + "AAAA").status()));
  }
  CheckRefused(*verifier,
               absl::StrCat(Base64Url("{}"), ".", Base64Url(GoodClaims().dump()), ".AAAA"),
               "the token's algorithm is missing; RS256 to RS512 and ES256 to ES512 are taken");
}

TEST_CASE_METHOD(Fixture, "a public key is never taken for the secret of an HMAC") {
  const EvpKeyPtr rsa = NewRsaKey(2048);
  for (EVP_PKEY* known : {key.get(), rsa.get()}) {
    const auto with_key = VerifierFor({{"", "", PublicPemOf(known)}});
    for (const char* algorithm : {"HS256", "hs256"}) {
      const std::string token = HmacToken({{"alg", algorithm}}, GoodClaims(), PublicPemOf(known));
      CHECK(absl::IsUnauthenticated(with_key->Verify(token).status()));
    }
  }
}

TEST_CASE_METHOD(Fixture, "two algorithms in one header do not confuse those who read it") {
  // Readers differ in which of two members counts: neither order may pass.
  for (const char* header : {R"({"alg":"ES256","alg":"HS256"})", R"({"alg":"HS256","alg":"ES256"})",
                             R"({"alg":"ES256","\u0061lg":"HS256"})"}) {
    const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(GoodClaims().dump()));
    const std::string secret = PublicPemOf(key.get());
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    const std::string token =
        absl::StrCat(text, ".", Base64Url({reinterpret_cast<const char*>(mac), size}));
    CHECK(absl::IsUnauthenticated(verifier->Verify(token).status()));
  }
}

TEST_CASE_METHOD(Fixture, "whatever character of a token is changed, it is refused") {
  const std::string token = Token({{"alg", "ES256"}, {"kid", "a"}}, GoodClaims(), key.get());
  REQUIRE(verifier->Verify(token).ok());
  for (size_t at = 0; at < token.size(); ++at) {
    for (const char other : {'A', 'B', 'w', '_', '.', '=', '+', '\0', '\n', '\xff'}) {
      if (token[at] == other) continue;
      std::string changed = token;
      changed[at] = other;
      CAPTURE(at, other);
      CHECK(absl::IsUnauthenticated(verifier->Verify(changed).status()));
    }
  }
}

TEST_CASE_METHOD(Fixture, "claims cannot be put under the signature of others") {
  const std::string good = Token({{"alg", "ES256"}}, GoodClaims(), key.get());
  const std::string other =
      Token({{"alg", "ES256"}}, With(GoodClaims(), "sub", "system:serviceaccount:shop:admin"),
            NewEcKey("P-256").get());
  const std::string mixed = other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'));
  CheckRefused(*verifier, mixed, "the token's signature does not hold");
  CheckRefused(*verifier, other, "the token's signature does not hold");
}

TEST_CASE_METHOD(Fixture, "a token holds from nbf to exp, with a minute for clocks that differ") {
  CHECK(StatusOf(With(GoodClaims(), "exp", kNowSeconds - 59)).ok());
  CHECK(ReasonFor(With(GoodClaims(), "exp", kNowSeconds - 60)) ==
        absl::StrCat("the token expired at ",
                     absl::FormatTime(absl::FromUnixSeconds(kNowSeconds - 60))));
  CHECK(StatusOf(With(GoodClaims(), "nbf", kNowSeconds + 60)).ok());
  CHECK(absl::IsUnauthenticated(StatusOf(With(GoodClaims(), "nbf", kNowSeconds + 61))));
  CHECK(StatusOf(With(GoodClaims(), "iat", kNowSeconds + 60)).ok());
  CHECK(absl::IsUnauthenticated(StatusOf(With(GoodClaims(), "iat", kNowSeconds + 61))));
  CHECK(StatusOf(Without(Without(GoodClaims(), "nbf"), "iat")).ok());
  CHECK(StatusOf(With(GoodClaims(), "exp", kNowSeconds + 0.5)).ok());
}

TEST_CASE_METHOD(Fixture, "a token without an end, or with times that are none, is refused") {
  CHECK(ReasonFor(Without(GoodClaims(), "exp")) == "the token has no exp");
  for (const json& no_time : {json("1700000600"), json(nullptr), json(true), json::array({1})}) {
    for (const char* claim : {"exp", "nbf", "iat"}) {
      CHECK(ReasonFor(With(GoodClaims(), claim, no_time)) == absl::StrCat(claim, " is no time"));
    }
  }
  CHECK(absl::IsUnauthenticated(StatusOf(With(GoodClaims(), "exp", -1e308))));
  CHECK(absl::IsUnauthenticated(StatusOf(With(GoodClaims(), "nbf", 1e308))));
}

TEST_CASE_METHOD(Fixture, "the issuer and one audience must be ours") {
  CHECK(StatusOf(With(GoodClaims(), "aud", "binnacle")).ok());
  for (const json& foreign : {json("vault"), json({"vault", "x"}), json::array(), json(7),
                              json({{"istio-ca", 1}}), json(nullptr), json({1, nullptr})}) {
    CHECK(ReasonFor(With(GoodClaims(), "aud", foreign)) == "the token is for another audience");
  }
  CHECK(ReasonFor(Without(GoodClaims(), "aud")) == "the token is for another audience");
  CHECK(ReasonFor(With(GoodClaims(), "iss", "https://other.example")) ==
        "the token is of issuer \"https://other.example\" and not of \"https://issuer.example\"");
  CHECK(ReasonFor(Without(GoodClaims(), "iss")) ==
        "the token is of issuer none and not of \"https://issuer.example\"");
  CHECK(absl::IsUnauthenticated(StatusOf(With(GoodClaims(), "iss", json::array({"x"})))));
}

TEST_CASE_METHOD(Fixture, "a subject that is no service account has no identity here") {
  for (const char* subject :
       {"", "alice", "system:serviceaccount:shop",
        "system:serviceaccount:shop:", "system:serviceaccount::reviews",
        "system:serviceaccount:shop:reviews:x", "system:serviceaccount:shop:re/views",
        "system:serviceaccount:..:..", "system:serviceaccount:shop:reviews%2fx",
        "System:serviceaccount:shop:reviews", "system:serviceaccount:shop:reviews\n"}) {
    CAPTURE(subject);
    const absl::Status status = StatusOf(With(GoodClaims(), "sub", subject));
    CHECK(absl::IsPermissionDenied(status));
    CHECK(status.message() == "the credential is not valid here");
    CHECK(ReasonForOperator(status).find('\n') == std::string::npos);
  }
  CHECK(absl::IsPermissionDenied(StatusOf(Without(GoodClaims(), "sub"))));
  CHECK(absl::IsPermissionDenied(StatusOf(With(GoodClaims(), "sub", 7))));
}

TEST_CASE_METHOD(Fixture, "Kubernetes' own claim may be there or not, and changes nothing") {
  const json claim = {{"namespace", "other"}, {"serviceaccount", {{"name", "other"}}}};
  const auto caller = verifier->Verify(
      Token({{"alg", "ES256"}}, With(GoodClaims(), "kubernetes.io", claim), key.get()));

  REQUIRE(caller.ok());
  CHECK(caller->id.ns() == "shop");
}

TEST_CASE_METHOD(Fixture, "a key id chooses among keys; without one each that fits is tried") {
  const EvpKeyPtr second = NewEcKey("P-256");
  const auto two = VerifierFor(
      {{"first", "", PublicPemOf(key.get())}, {"second", "", PublicPemOf(second.get())}});

  CHECK(two->Verify(Token({{"alg", "ES256"}}, GoodClaims(), second.get())).ok());
  CHECK(two->Verify(Token({{"alg", "ES256"}, {"kid", "second"}}, GoodClaims(), second.get())).ok());
  CheckRefused(*two, Token({{"alg", "ES256"}, {"kid", "first"}}, GoodClaims(), second.get()),
               "the token's signature does not hold");
  CheckRefused(*two, Token({{"alg", "ES256"}, {"kid", "third"}}, GoodClaims(), second.get()),
               "no key with id \"third\" fits ES256");
}

TEST_CASE_METHOD(Fixture, "extensions that must be understood are not") {
  CheckRefused(*verifier, Token({{"alg", "ES256"}, {"crit", {"b64"}}}, GoodClaims(), key.get()),
               "the token has critical extensions");
}

TEST_CASE_METHOD(Fixture, "a token larger than 16 KiB is not even looked at") {
  const json large = With(GoodClaims(), "x", std::string(13'000, 'x'));
  REQUIRE(Token({{"alg", "ES256"}}, large, key.get()).size() > 16 << 10);
  CheckRefused(*verifier, Token({{"alg", "ES256"}}, large, key.get()),
               "the token is larger than 16 KiB");
}

TEST_CASE_METHOD(Fixture, "garbage is refused and breaks nothing") {
  const std::string good = Token({{"alg", "ES256"}}, GoodClaims(), key.get());
  std::mt19937 random(1);  // NOLINT: the same tokens each time
  const auto below = [&](size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string mutated = good;
    for (size_t changes = 1 + below(4); changes > 0; --changes) {
      switch (below(4)) {
        case 0:
          mutated[below(mutated.size())] = static_cast<char>(below(256));
          break;
        case 1:
          mutated.erase(below(mutated.size()), 1 + below(40));
          break;
        case 2:
          mutated.insert(below(mutated.size()), 1 + below(5), static_cast<char>(below(256)));
          break;
        default:
          mutated += mutated.substr(below(mutated.size()), below(40));
      }
      if (mutated.empty()) mutated = ".";
    }
    if (mutated != good) CHECK(absl::IsUnauthenticated(verifier->Verify(mutated).status()));
  }
  for (const std::string& text : std::vector<std::string>{
           "", ".", "..", "...", "a.b.c", std::string(16 << 10, '.'), std::string(16 << 10, 'A'),
           absl::StrCat(Base64Url(std::string(6000, '[')), ".", Base64Url("{}"), ".AA")}) {
    CHECK(absl::IsUnauthenticated(verifier->Verify(text).status()));
  }
}

TEST_CASE("while keys cannot be had, the answer is to come again") {
  class NoKeys final : public KeySource {
   public:
    absl::StatusOr<std::shared_ptr<const std::vector<VerificationKey>>> Current(
        absl::string_view) override {
      return absl::UnavailableError("https://issuer.example/keys: Connection refused");
    }
  };
  const SetClock clock(kNow);
  const auto verifier = NewJwtVerifier({"mesh.example", "https://issuer.example", {"istio-ca"}},
                                       std::make_unique<NoKeys>(), clock);
  const absl::Status status =
      verifier->Verify(Token({{"alg", "ES256"}}, GoodClaims(), NewEcKey("P-256").get())).status();

  CHECK(absl::IsUnavailable(status));
  CHECK(status.message() == "the credential cannot be checked now");
  CHECK(ReasonForOperator(status) == "https://issuer.example/keys: Connection refused");
}

}  // namespace binnacle::ca
