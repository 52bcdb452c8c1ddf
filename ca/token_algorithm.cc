#include "ca/token_algorithm.h"

#include "absl/strings/str_cat.h"
#include "openssl/pem.h"

namespace binnacle::ca {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;  // above, checking costs more than a caller is worth

struct Known {
  absl::string_view name;
  jwt_alg_t algorithm;
  absl::string_view curve;  // empty: RSA
};

constexpr Known kKnown[] = {
    {"RS256", JWT_ALG_RS256, ""},          {"RS384", JWT_ALG_RS384, ""},
    {"RS512", JWT_ALG_RS512, ""},          {"ES256", JWT_ALG_ES256, "prime256v1"},
    {"ES384", JWT_ALG_ES384, "secp384r1"}, {"ES512", JWT_ALG_ES512, "secp521r1"},
};

std::string CurveOf(const EVP_PKEY* key) {
  char name[64];
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof(name), &size) != 1) return "";
  return std::string(name, size);
}

bool Fits(const Known& known, const EVP_PKEY* key) {
  if (known.curve.empty()) return EVP_PKEY_is_a(key, "RSA") == 1;
  return EVP_PKEY_is_a(key, "EC") == 1 && CurveOf(key) == known.curve;
}

bool FitsAny(const EVP_PKEY* key) {
  for (const Known& known : kKnown) {
    if (Fits(known, key)) return true;
  }
  return false;
}

}  // namespace

std::optional<jwt_alg_t> TokenAlgorithmNamed(absl::string_view name) {
  for (const Known& known : kKnown) {
    if (known.name == name) return known.algorithm;
  }
  return std::nullopt;
}

bool AlgorithmFits(jwt_alg_t algorithm, const EVP_PKEY* key) {
  for (const Known& known : kKnown) {
    if (known.algorithm == algorithm) return Fits(known, key);
  }
  return false;
}

absl::StatusOr<std::string> TokenKeyPem(EVP_PKEY* key) {
  if (!FitsAny(key)) {
    return absl::InvalidArgumentError(
        "only RSA keys and EC keys on P-256, P-384 and P-521 are taken");
  }
  const int bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1 && (bits < kMinRsaBits || bits > kMaxRsaBits)) {
    return absl::InvalidArgumentError(absl::StrCat("an RSA key of ", bits, " bits; ", kMinRsaBits,
                                                   " to ", kMaxRsaBits, " are taken"));
  }
  const BioPtr out = WriteBio();
  if (out == nullptr || PEM_write_bio_PUBKEY(out.get(), key) != 1) {
    return absl::InvalidArgumentError(TakeOpenSslErrors());
  }
  return TextOf(out.get());
}

}  // namespace binnacle::ca
