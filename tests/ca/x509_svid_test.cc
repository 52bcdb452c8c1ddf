#include "ca/x509_svid.h"

#include "absl/strings/strip.h"
#include "ca/leaf_signer.h"
#include "ca/root_certificate.h"
#include "catch2/catch.hpp"
#include "tests/ca/certificate_forge.h"

namespace binnacle::ca {
namespace {

using Extensions = std::vector<std::pair<int, std::string>>;

const absl::Time kNow = absl::FromUnixSeconds(1732000000);
const absl::Time kEnd = kNow + absl::Hours(24);

const SpiffeId& Id() {
  static const SpiffeId id = *SpiffeId::Make("cluster.local", "production", "wordpress");
  return id;
}

const Forged& Root() {
  static const Forged root =
      Forge({"root", kNow - absl::Hours(1), kNow + absl::Hours(48), AuthorityExtensions()});
  return root;
}

Extensions Right() {
  Extensions right = WorkloadExtensions(Id().ToString());
  right.emplace_back(NID_subject_key_identifier, "hash");
  right.emplace_back(NID_authority_key_identifier, "keyid");
  return right;
}

// The right ones, but for one; without it when `value` is empty.
Extensions With(int nid, const std::string& value) {
  Extensions changed;
  for (const auto& [own, text] : Right()) {
    if (own != nid) changed.emplace_back(own, text);
    if (own == nid && !value.empty()) changed.emplace_back(own, value);
  }
  return changed;
}

Certificate Leaf(Extensions extensions, absl::Time begin = kNow, absl::Time end = kEnd) {
  return Forge({"", begin, end, std::move(extensions)}, &Root()).certificate;
}

std::string Rule(const Certificate& leaf, const SpiffeId& id = Id()) {
  const absl::Status status = ValidateX509Svid(leaf, id, Root().certificate);
  CHECK(absl::IsInternal(status));
  absl::string_view rule = status.message();
  absl::ConsumePrefix(&rule, "a certificate was made wrong: ");
  return std::string(rule);
}

TEST_CASE("a certificate that keeps every rule is valid") {
  CHECK(ValidateX509Svid(Leaf(Right()), Id(), Root().certificate).ok());
  const Certificate without_constraints = Leaf(With(NID_basic_constraints, ""));
  CHECK(ValidateX509Svid(without_constraints, Id(), Root().certificate).ok());
}

TEST_CASE("a certificate has one URI name, and it is the caller's") {
  CHECK(Rule(Leaf(Right()), *SpiffeId::Make("cluster.local", "production", "other")) ==
        "its one URI name is not the identity");
  CHECK(Rule(Leaf(With(NID_subject_alt_name, "critical,URI:" + Id().ToString() +
                                                 ",URI:spiffe://cluster.local/ns/a/sa/b"))) ==
        "its one URI name is not the identity");
  CHECK(Rule(Leaf(With(NID_subject_alt_name, "critical,DNS:wordpress"))) ==
        "its one URI name is not the identity");
  CHECK(Rule(Leaf(With(NID_subject_alt_name, ""))) == "it has no names");
  CHECK(Rule(Leaf(With(NID_subject_alt_name, "URI:" + Id().ToString()))) ==
        "subjectAltName is not critical although the subject is empty");
}

TEST_CASE("a certificate signs no other") {
  CHECK(Rule(Leaf(With(NID_basic_constraints, "critical,CA:TRUE"))) == "it is an authority's");
  CHECK(Rule(Leaf(With(NID_key_usage, "critical,digitalSignature,keyCertSign"))) ==
        "keyUsage lets it sign certificates");
  CHECK(Rule(Leaf(With(NID_key_usage, "critical,digitalSignature,cRLSign"))) ==
        "keyUsage lets it sign certificates");
}

TEST_CASE("a certificate's key signs, for TLS clients and servers") {
  CHECK(Rule(Leaf(With(NID_key_usage, ""))) == "keyUsage is missing or not critical");
  CHECK(Rule(Leaf(With(NID_key_usage, "digitalSignature"))) ==
        "keyUsage is missing or not critical");
  CHECK(Rule(Leaf(With(NID_key_usage, "critical,keyAgreement"))) ==
        "keyUsage lacks digitalSignature");
  CHECK(Rule(Leaf(With(NID_ext_key_usage, ""))) == "extKeyUsage is missing");
  CHECK(Rule(Leaf(With(NID_ext_key_usage, "serverAuth"))) ==
        "extKeyUsage has not the TLS roles that it should");
  CHECK(Rule(Leaf(With(NID_ext_key_usage, "clientAuth,codeSigning"))) ==
        "extKeyUsage has not the TLS roles that it should");
}

TEST_CASE("a certificate names its own key and its issuer's") {
  CHECK(Rule(Leaf(With(NID_subject_key_identifier, ""))) == "subjectKeyIdentifier is missing");
  CHECK(Rule(Leaf(With(NID_authority_key_identifier, ""))) == "authorityKeyIdentifier is missing");
  const Forged other =
      Forge({"root", kNow - absl::Hours(1), kNow + absl::Hours(48), AuthorityExtensions()});
  const Certificate foreign = Forge({"", kNow, kEnd, Right()}, &other).certificate;
  CHECK(Rule(foreign) == "authorityKeyIdentifier is not the issuer's");
  const Forged another =
      Forge({"another", kNow - absl::Hours(1), kNow + absl::Hours(48), AuthorityExtensions()});
  CHECK(Rule(Forge({"", kNow, kEnd, Right()}, &another).certificate) ==
        "the issuer it names is not the one that signs");
}

TEST_CASE("a certificate is valid within its issuer's time") {
  CHECK(Rule(Leaf(Right(), kNow - absl::Hours(2))) == "it is valid when its issuer is not");
  CHECK(Rule(Leaf(Right(), kNow, kNow + absl::Hours(49))) == "it is valid when its issuer is not");
  CHECK(Rule(Leaf(Right(), kNow, kNow)) == "it ends before it begins");
}

TEST_CASE("a critical extension that nobody knows is not given out") {
  Extensions more = Right();
  more.emplace_back(NID_name_constraints, "critical,permitted;DNS:example.com");
  CHECK(Rule(Leaf(more)) == "an unknown extension is critical");
}

TEST_CASE("a server's certificate has no identity and is no client's") {
  Extensions serving = With(NID_ext_key_usage, "serverAuth");
  for (auto& [nid, value] : serving) {
    if (nid == NID_subject_alt_name) value = "critical,DNS:localhost";
  }
  CHECK(ValidateServing(Leaf(serving), Root().certificate).ok());
  CHECK(absl::IsInternal(ValidateServing(Leaf(Right()), Root().certificate)));
  CHECK(absl::IsInternal(
      ValidateServing(Leaf(With(NID_ext_key_usage, "serverAuth")), Root().certificate)));
}

TEST_CASE("what is signed here keeps the rules from 2049 to 2051 too") {
  const auto root =
      MakeRoot("cluster.local", KeyAlgorithm::kEcP256, absl::Hours(24 * 365 * 30), kNow);
  REQUIRE(root.ok());
  const auto signer = LeafSigner::Make(*root);
  const std::string key = *PublicKeyInfoOf(*PrivateKey::Generate(KeyAlgorithm::kEcP256));
  const absl::Time begin = absl::FromUnixSeconds(2524607999);  // the last second of 2049
  const auto leaf = signer->Sign(
      {key, UriAltName(Id().ToString()), LeafUse::kWorkload, begin, begin + absl::Seconds(1)});
  REQUIRE(leaf.ok());
  CHECK(leaf->not_before() == begin);
  CHECK(leaf->not_after() == begin + absl::Seconds(1));
  CHECK(ASN1_STRING_type(X509_get0_notBefore(leaf->x509())) == V_ASN1_UTCTIME);
  CHECK(ASN1_STRING_type(X509_get0_notAfter(leaf->x509())) == V_ASN1_GENERALIZEDTIME);
  CHECK(ValidateX509Svid(*leaf, Id(), root->certificate).ok());
}

}  // namespace
}  // namespace binnacle::ca
