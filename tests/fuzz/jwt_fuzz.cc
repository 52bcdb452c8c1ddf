// The reader of tokens: as they come, as claims with a good signature, and the
// keys that they are checked with.

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ca/jwt_verifier.h"
#include "ca/openssl.h"
#include "ca/private_key.h"
#include "ca/verification_keys.h"
#include "tests/fuzz/input.h"

namespace binnacle::fuzz {
namespace {

class FixedClock final : public ca::Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'700'000'000); }
};

// RS256: the only signature that is not another each time.
class Signer {
 public:
  Signer() : key_(ca::PrivateKey::Generate(ca::KeyAlgorithm::kRsa2048).value()) {}

  std::string public_pem() const { return key_.PublicPem(); }

  std::string Sign(absl::string_view claims) const {
    const std::string text = absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"RS256"})"), ".",
                                          absl::WebSafeBase64Escape(claims));
    const std::unique_ptr<EVP_MD_CTX, ca::Freed<&EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    std::string signature(256, '\0');
    size_t size = signature.size();
    Must(
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1,
        "a token can be signed");
    return absl::StrCat(text, ".", absl::WebSafeBase64Escape(signature));
  }

 private:
  const ca::PrivateKey key_;
};

}  // namespace

void TakeInput(absl::string_view input) {
  static const FixedClock clock;
  static const Signer signer;
  static const auto verifier = ca::NewJwtVerifier(
      {"cluster.local", "issuer", {"istio-ca"}},
      ca::FixedKeys(ca::ParseVerificationKeys(signer.public_pem()).value()), clock);
  Must(!verifier->Verify(input).ok(), "a token that we did not sign is refused");
  const auto caller = verifier->Verify(signer.Sign(input));
  if (caller.ok()) {
    Must(absl::StartsWith(caller->id.ToString(), "spiffe://cluster.local/ns/"),
         "who is let through has an identity of the mesh");
    Must(caller->expires > clock.Now() - absl::Minutes(1), "a token that is over is refused");
  }
  (void)ca::ParseVerificationKeys(input);
}

}  // namespace binnacle::fuzz
