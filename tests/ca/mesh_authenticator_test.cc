#include "ca/mesh_authenticator.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "tests/ca/mesh_of_one.h"

namespace binnacle::ca {
namespace {

// Takes one token, and answers all others with `refusal`.
class OneToken final : public TokenVerifier {
 public:
  OneToken(std::string token, absl::Status refusal)
      : token_(std::move(token)), refusal_(std::move(refusal)) {}

  absl::StatusOr<Caller> Verify(absl::string_view token) const override {
    if (token != token_) return refusal_;
    return Caller{SpiffeId::Make("cluster.local", "shop", "from-token").value(), "token x",
                  absl::InfiniteFuture()};
  }

 private:
  const std::string token_;
  const absl::Status refusal_;
};

struct Fixture {
  MeshOfOne mesh;
  std::shared_ptr<const TrustBundle> bundle = mesh.authority->bundle();
  std::vector<std::shared_ptr<const TokenVerifier>> verifiers;
  std::vector<std::string> aliases;

  std::unique_ptr<CallerAuthenticator> New() {
    return NewMeshAuthenticator(
        {mesh.authority->options().trust_domain, aliases, [this] { return bundle; }, verifiers},
        mesh.clock);
  }
};

Credentials With(const Holder& holder) { return {{holder.ChainPem()}, ""}; }

}  // namespace

TEST_CASE_METHOD(Fixture, "a certificate of this mesh says who its holder is") {
  const auto authenticator = New();
  const Holder reviews = mesh.Hold("shop", "reviews");
  for (int time = 0; time < 2; ++time) {
    const auto caller = authenticator->Authenticate(With(reviews));
    INFO(ReasonForOperator(caller.status()));
    REQUIRE(caller.ok());
    CHECK(caller->id.ToString() == "spiffe://cluster.local/ns/shop/sa/reviews");
    CHECK(caller->credential == absl::StrCat("certificate ", reviews.issued.certificate.serial()));
    CHECK(caller->expires == reviews.issued.certificate.not_after());
  }
  // As a list of PEM texts, it is the same.
  CHECK(authenticator->Authenticate({reviews.issued.chain, ""}).ok());
}

TEST_CASE_METHOD(Fixture, "an expired certificate is refused, also if it was known before") {
  const auto authenticator = New();
  const Holder reviews = mesh.Hold("shop", "reviews", absl::Minutes(10));
  REQUIRE(authenticator->Authenticate(With(reviews)).ok());

  mesh.clock.Advance(absl::Minutes(10) + absl::Seconds(1));
  const auto refused = authenticator->Authenticate(With(reviews)).status();
  CHECK(absl::IsUnauthenticated(refused));
  CHECK(refused.message() == "the credential is not valid");
  CHECK(absl::StrContains(ReasonForOperator(refused), "it expired at"));
}

TEST_CASE_METHOD(Fixture, "a certificate is refused before its time, also if it was known") {
  const auto authenticator = New();
  const Holder reviews = mesh.Hold("shop", "reviews");
  REQUIRE(authenticator->Authenticate(With(reviews)).ok());

  mesh.clock.Advance(-absl::Hours(1));
  CHECK(absl::IsUnauthenticated(authenticator->Authenticate(With(reviews)).status()));
}

TEST_CASE_METHOD(Fixture, "another authority's certificate for the very same identity is refused") {
  const auto authenticator = New();
  const MeshOfOne other;
  const auto refused = authenticator->Authenticate(With(other.Hold("shop", "reviews"))).status();

  CHECK(absl::IsUnauthenticated(refused));
  CHECK(absl::StrContains(ReasonForOperator(refused), "signed by nobody that is trusted here"));
}

TEST_CASE_METHOD(Fixture, "a trusted certificate of another trust domain is known, but not here") {
  const MeshOfOne other("other.example");
  std::vector<Certificate> roots = bundle->roots();
  roots.push_back(other.authority->bundle()->roots().front());
  bundle = std::make_shared<const TrustBundle>(roots);
  const Holder foreign = other.Hold("shop", "reviews");

  const auto refused = New()->Authenticate(With(foreign)).status();
  CHECK(absl::IsPermissionDenied(refused));
  CHECK(refused.message() == "the credential is not valid here");
  CHECK(ReasonForOperator(refused) == "the certificate's trust domain is other.example");

  // As an alias it is the same mesh, and so is the identity.
  aliases = {"other.example"};
  const auto caller = New()->Authenticate(With(foreign));
  REQUIRE(caller.ok());
  CHECK(caller->id.ToString() == "spiffe://cluster.local/ns/shop/sa/reviews");
}

TEST_CASE_METHOD(Fixture, "what is remembered does not outlive a change of the bundle") {
  const auto authenticator = New();
  const Holder reviews = mesh.Hold("shop", "reviews");
  REQUIRE(authenticator->Authenticate(With(reviews)).ok());

  const auto trusted = bundle;
  bundle = MeshOfOne().authority->bundle();
  CHECK(absl::IsUnauthenticated(authenticator->Authenticate(With(reviews)).status()));
  bundle = trusted;
  CHECK(authenticator->Authenticate(With(reviews)).ok());
}

TEST_CASE_METHOD(Fixture, "a leaf is known for itself, not for the chain it was seen with") {
  const auto authenticator = New();
  const Holder reviews = mesh.Hold("shop", "reviews");
  const Holder forged = MeshOfOne().Hold("shop", "admin");
  REQUIRE(authenticator->Authenticate(With(reviews)).ok());

  // The other's leaf, and behind it all that was accepted.
  const Credentials mixed{{forged.issued.certificate.pem(), reviews.ChainPem()}, ""};
  CHECK(absl::IsUnauthenticated(authenticator->Authenticate(mixed).status()));
}

TEST_CASE_METHOD(Fixture, "the server's own certificate has no identity of a workload") {
  const auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256).value();
  const auto own = mesh.authority->IssueServing(key, {"localhost"}, absl::Hours(1)).value();
  const auto refused = New()->Authenticate({{own.chain.front()}, ""}).status();

  CHECK((absl::IsPermissionDenied(refused) || absl::IsUnauthenticated(refused)));
}

TEST_CASE_METHOD(Fixture, "an authority's own certificate is no caller's") {
  const auto refused = New()->Authenticate({{bundle->pem()}, ""}).status();

  CHECK(absl::IsUnauthenticated(refused));
}

TEST_CASE_METHOD(Fixture, "text that is no certificate, or far too much of it, is refused") {
  const auto authenticator = New();
  for (const std::string& text :
       {std::string("x"), std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        std::string(100 << 10, 'x')}) {
    CHECK(absl::IsUnauthenticated(authenticator->Authenticate({{text}, ""}).status()));
  }
}

TEST_CASE_METHOD(Fixture, "who brings nothing is told what is wanted") {
  const auto refused = New()->Authenticate({}).status();

  CHECK(absl::IsUnauthenticated(refused));
  CHECK(refused.message() == "a credential is wanted: a certificate of this mesh, or a token");
}

TEST_CASE_METHOD(Fixture, "a token is taken if one of the verifiers does") {
  verifiers = {std::make_shared<OneToken>("a", absl::UnauthenticatedError("not a")),
               std::make_shared<OneToken>("b", absl::UnauthenticatedError("not b"))};
  const auto authenticator = New();

  CHECK(authenticator->Authenticate({{}, "a"}).ok());
  CHECK(authenticator->Authenticate({{}, "b"}).value().id.service_account() == "from-token");
  const auto refused = authenticator->Authenticate({{}, "c"}).status();
  CHECK(absl::IsUnauthenticated(refused));
  CHECK(ReasonForOperator(refused) == "not a; not b");
}

TEST_CASE_METHOD(Fixture,
                 "a verifier that cannot decide now is not overruled by one that refuses") {
  verifiers = {std::make_shared<OneToken>("a", absl::UnauthenticatedError("not a")),
               std::make_shared<OneToken>("b", absl::UnavailableError("asleep")),
               std::make_shared<OneToken>("c", absl::PermissionDeniedError("not here"))};

  const auto refused = New()->Authenticate({{}, "d"}).status();
  CHECK(absl::IsUnavailable(refused));
  CHECK(ReasonForOperator(refused) == "not a; asleep; not here");
}

TEST_CASE_METHOD(Fixture, "a certificate that does not hold is an error even beside a good token") {
  verifiers = {std::make_shared<OneToken>("a", absl::UnauthenticatedError("not a"))};
  const Holder forged = MeshOfOne().Hold("shop", "reviews");

  CHECK(absl::IsUnauthenticated(New()->Authenticate({{forged.ChainPem()}, "a"}).status()));
}

TEST_CASE_METHOD(Fixture, "without verifiers no token is accepted") {
  CHECK(ReasonForOperator(New()->Authenticate({{}, "a"}).status()) ==
        "no tokens are accepted here");
}

}  // namespace binnacle::ca
