#include "ca/token.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "ca/base64url.h"
#include "ca/jwt_verifier.h"
#include "ca/verification_keys.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

constexpr int64_t kNowSeconds = 1'700'000'000;

struct Fixture {
  TemporaryDirectory directory;
  SetClock clock{absl::FromUnixSeconds(kNowSeconds)};
  DirectoryStorage storage = DirectoryStorage::Open(directory.path()).value();

  std::unique_ptr<TokenIssuer> Open() {
    auto issuer = TokenIssuer::Open(storage, clock);
    INFO(issuer.status());
    REQUIRE(issuer.ok());
    return *std::move(issuer);
  }
  std::unique_ptr<TokenVerifier> VerifierFor(const TokenIssuer& issuer) const {
    return NewJwtVerifier(
        {"cluster.local", std::string(kTokenIssuer), {std::string(kTokenAudience)}},
        FixedKeys(ParseVerificationKeys(issuer.PublicPem()).value()), clock);
  }
};

nlohmann::json ClaimsOf(const SecretText& token) {
  const std::vector<std::string> parts = absl::StrSplit(token.view(), '.');
  return nlohmann::json::parse(DecodeBase64Url(parts.at(1)).value());
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a token that was made here is accepted here, until it expires") {
  const auto issuer = Open();
  const auto token = issuer->Make("shop", "reviews", absl::Minutes(10)).value();
  const auto verifier = VerifierFor(*issuer);

  const auto caller = verifier->Verify(token.view());
  REQUIRE(caller.ok());
  CHECK(caller->id.ToString() == "spiffe://cluster.local/ns/shop/sa/reviews");
  CHECK(caller->expires == clock.Now() + absl::Minutes(10));
  clock.Advance(absl::Minutes(11));
  CHECK(absl::IsUnauthenticated(verifier->Verify(token.view()).status()));
}

TEST_CASE_METHOD(Fixture, "a token's claims are a Kubernetes token's, and each has its own id") {
  const auto issuer = Open();
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    auto claims = ClaimsOf(issuer->Make("shop", "reviews", absl::Hours(1)).value());
    ids.insert(claims.at("jti").get<std::string>());
    claims.erase("jti");
    CHECK(claims == nlohmann::json{{"iss", "binnacle"},
                                   {"aud", "istio-ca"},
                                   {"sub", "system:serviceaccount:shop:reviews"},
                                   {"iat", kNowSeconds},
                                   {"nbf", kNowSeconds},
                                   {"exp", kNowSeconds + 3600}});
  }
  CHECK(ids.size() == 3);
}

TEST_CASE_METHOD(Fixture, "tokens made before a restart are accepted after it") {
  const auto token = Open()->Make("shop", "reviews", absl::Hours(1)).value();
  const auto again = Open();

  CHECK(VerifierFor(*again)->Verify(token.view()).ok());
}

TEST_CASE_METHOD(Fixture, "another mesh's tokens are not accepted") {
  Fixture other;
  const auto token = other.Open()->Make("shop", "reviews", absl::Hours(1)).value();

  CHECK(absl::IsUnauthenticated(VerifierFor(*Open())->Verify(token.view()).status()));
}

TEST_CASE_METHOD(Fixture, "names that could be taken for others, and long lives, are refused") {
  const auto issuer = Open();

  for (const char* name : {"", "a:b", "a/b", "..", "a b", "a\nb"}) {
    CHECK(absl::IsInvalidArgument(issuer->Make(name, "reviews", absl::Hours(1)).status()));
    CHECK(absl::IsInvalidArgument(issuer->Make("shop", name, absl::Hours(1)).status()));
  }
  CHECK(issuer->Make("shop", "reviews", absl::Hours(24)).ok());
  for (const absl::Duration lifetime : {absl::Hours(24) + absl::Seconds(1), absl::ZeroDuration(),
                                        -absl::Hours(1), absl::InfiniteDuration()}) {
    CHECK(absl::IsInvalidArgument(issuer->Make("shop", "reviews", lifetime).status()));
  }
}

TEST_CASE_METHOD(Fixture, "a damaged key is a clear refusal, and no new key") {
  Open();
  const std::string before = storage.Read("token-key.pem").value().text();
  SECTION("cut off") {
    REQUIRE(storage.Write("token-key.pem", before.substr(0, before.size() / 2)).ok());
  }
  SECTION("empty") { REQUIRE(storage.Write("token-key.pem", "").ok()); }
  SECTION("of another kind") {
    const auto rsa = PrivateKey::Generate(KeyAlgorithm::kEcP384).value();
    REQUIRE(storage.Write("token-key.pem", rsa.ToPem().view()).ok());
  }
  const auto issuer = TokenIssuer::Open(storage, clock).status();

  CHECK(absl::IsDataLoss(issuer));
  CHECK(absl::StartsWith(issuer.message(), "token-key.pem: "));
}

}  // namespace binnacle::ca
