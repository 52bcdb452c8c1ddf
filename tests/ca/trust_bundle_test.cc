#include "ca/trust_bundle.h"

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "tests/ca/certificate_forge.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);
const absl::Time kLater = kNow + absl::Hours(24 * 365);

Forged Root(const std::string& name = "root") {
  return Forge({name, kNow - absl::Hours(1), kLater, AuthorityExtensions()});
}

Certificate Leaf(const Forged& issuer, absl::Time end = kNow + absl::Hours(24)) {
  return Forge({"", kNow, end, WorkloadExtensions()}, &issuer).certificate;
}

std::string Reason(const TrustBundle& bundle, const std::vector<Certificate>& chain,
                   absl::Time now = kNow + absl::Hours(1)) {
  const auto verified = bundle.Verify(chain, now);
  CHECK(absl::IsUnauthenticated(verified.status()));
  const std::string message(verified.status().message());
  return message.substr(message.find("accepted: ") + 10);
}

TEST_CASE("a workload's certificate is accepted under a root that is trusted") {
  const Forged root = Root();
  const Certificate leaf = Leaf(root);
  const TrustBundle bundle({root.certificate});
  CHECK(*bundle.Verify({leaf}, kNow + absl::Hours(1)) == leaf);
  CHECK(bundle.Verify({leaf, root.certificate}, kNow + absl::Hours(1)).ok());
}

TEST_CASE("an intermediate is accepted when it comes along, and only then") {
  const Forged root = Root();
  const Forged middle = Forge({"middle", kNow, kLater, AuthorityExtensions()}, &root);
  const Certificate leaf = Leaf(middle);
  const TrustBundle bundle({root.certificate});
  CHECK(bundle.Verify({leaf, middle.certificate}, kNow + absl::Hours(1)).ok());
  CHECK(Reason(bundle, {leaf}) == "it is signed by nobody that is trusted here");
}

TEST_CASE("a certificate signed by somebody else is refused, also by one of the same name") {
  const Forged root = Root();
  const Forged impostor = Root();
  const TrustBundle bundle({root.certificate});
  CHECK(Reason(bundle, {Leaf(Root("other"))}) == "it is signed by nobody that is trusted here");
  CHECK_FALSE(bundle.Verify({Leaf(impostor)}, kNow + absl::Hours(1)).ok());
  CHECK_FALSE(bundle.Verify({Leaf(impostor), impostor.certificate}, kNow + absl::Hours(1)).ok());
  CHECK_FALSE(TrustBundle({}).Verify({Leaf(root)}, kNow + absl::Hours(1)).ok());
  CHECK(TrustBundle({}).Verify({}, kNow).status().message() == "no certificate");
}

TEST_CASE("a certificate is refused before and after its time, with both times") {
  const Forged root = Root();
  const Certificate leaf = Leaf(root);
  const TrustBundle bundle({root.certificate});
  CHECK(bundle.Verify({leaf}, leaf.not_before()).ok());
  CHECK(bundle.Verify({leaf}, leaf.not_after() - absl::Seconds(1)).ok());
  CHECK(Reason(bundle, {leaf}, leaf.not_after() + absl::Seconds(1)) ==
        "it expired at 2024-11-20T07:06:40Z, it is 2024-11-20T07:06:41Z");
  CHECK(Reason(bundle, {leaf}, leaf.not_before() - absl::Seconds(1)) ==
        "it is valid from 2024-11-19T07:06:40Z, it is 2024-11-19T07:06:39Z");
}

TEST_CASE("no certificate under a root that has expired is accepted") {
  const Forged root = Root();
  const Certificate leaf = Leaf(root, kLater + absl::Hours(100));
  CHECK(Reason(TrustBundle({root.certificate}), {leaf}, kLater + absl::Hours(1)) ==
        "an issuer above it has expired");
}

TEST_CASE("a certificate that is not a workload's is refused") {
  const Forged root = Root();
  const TrustBundle bundle({root.certificate});
  const auto with = [&](std::vector<std::pair<int, std::string>> extensions) {
    return Forge({"x", kNow, kLater, std::move(extensions)}, &root).certificate;
  };
  const std::pair<int, std::string> names = WorkloadExtensions().back();

  CHECK(Reason(bundle, {with({{NID_key_usage, "critical,digitalSignature"},
                              {NID_ext_key_usage, "serverAuth"},
                              names})}) == "it is not for TLS clients");
  CHECK(Reason(bundle, {with({{NID_basic_constraints, "critical,CA:TRUE"},
                              {NID_key_usage, "critical,digitalSignature,keyCertSign"},
                              names})}) == "it may sign certificates, as no workload's may");
  CHECK(Reason(bundle, {with({names})}) == "it may sign certificates, as no workload's may");
  CHECK(Reason(bundle, {with({{NID_key_usage, "critical,digitalSignature"}})}) ==
        "a certificate with 0 URI names; a SPIFFE identity is exactly one");
  CHECK(absl::StartsWith(
      Reason(bundle, {with({{NID_key_usage, "critical,digitalSignature"},
                            {NID_subject_alt_name, "critical,URI:spiffe://cluster.local/x"}})}),
      "\"spiffe://cluster.local/x\" is not spiffe://"));
}

TEST_CASE("a workload's certificate signs nothing") {
  const Forged root = Root();
  const Forged workload = Forge({"w", kNow, kLater, WorkloadExtensions()}, &root);
  CHECK_FALSE(TrustBundle({root.certificate})
                  .Verify({Leaf(workload), workload.certificate}, kNow + absl::Hours(1))
                  .ok());
}

TEST_CASE("the same roots are the same bundle, whatever their order and number") {
  const Certificate a = Root("a").certificate;
  const Certificate b = Root("b").certificate;
  const TrustBundle one({a, b});
  const TrustBundle other({b, a, b});
  CHECK(one.pem() == other.pem());
  CHECK(one.version() == other.version());
  CHECK(other.roots().size() == 2);
  CHECK(TrustBundle({a}).version() != one.version());
  CHECK(Certificate::ListFromPem(one.pem())->size() == 2);
}

TEST_CASE("many may check against one bundle at the same time") {
  const Forged root = Root();
  const TrustBundle bundle({root.certificate});
  const Certificate leaf = Leaf(root);
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) accepted += bundle.Verify({leaf}, kNow + absl::Hours(1)).ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == 200);
}

}  // namespace
}  // namespace binnacle::ca
