#include "ca/private_key.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "openssl/core_names.h"
#include "openssl/pem.h"

namespace binnacle::ca {
namespace {

struct KnownAlgorithm {
  KeyAlgorithm algorithm;
  absl::string_view name;
  const char* curve;  // nullptr: RSA
  unsigned int rsa_bits;
};

constexpr KnownAlgorithm kKnown[] = {
    {KeyAlgorithm::kEcP256, "ec-p256", "P-256", 0},
    {KeyAlgorithm::kEcP384, "ec-p384", "P-384", 0},
    {KeyAlgorithm::kRsa2048, "rsa-2048", nullptr, 2048},
    {KeyAlgorithm::kRsa3072, "rsa-3072", nullptr, 3072},
    {KeyAlgorithm::kRsa4096, "rsa-4096", nullptr, 4096},
};

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 4096;

absl::Status CheckCurve(const EVP_PKEY* key) {
  int explicit_parameters = 0;
  if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                             &explicit_parameters) == 1 &&
      explicit_parameters != 0) {
    return absl::InvalidArgumentError(
        "the key describes its curve instead of naming it; P-256 and P-384 are taken");
  }
  char curve[80];
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) != 1) {
    TakeOpenSslErrors();
    return absl::InvalidArgumentError("the key's curve has no name; P-256 and P-384 are taken");
  }
  const absl::string_view name(curve, size);
  if (name != "prime256v1" && name != "secp384r1" && name != "P-256" && name != "P-384") {
    return absl::InvalidArgumentError(
        absl::StrCat("a key on the curve ", name, "; P-256 and P-384 are taken"));
  }
  return absl::OkStatus();
}

absl::Status CheckRsa(const EVP_PKEY* key) {
  if (const int bits = EVP_PKEY_get_bits(key); bits < kMinRsaBits || bits > kMaxRsaBits) {
    return absl::InvalidArgumentError(absl::StrCat("an RSA key of ", bits, " bits; ", kMinRsaBits,
                                                   " to ", kMaxRsaBits, " are taken"));
  }
  BIGNUM* exponent = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent);
  const bool good = exponent != nullptr && BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0;
  BN_free(exponent);
  if (!good) return absl::InvalidArgumentError("an RSA key whose exponent protects nothing");
  return absl::OkStatus();
}

// Whether the public half is that of the private one: a flipped bit in a file
// need not keep a key from being read.
bool HalvesBelongTogether(EVP_PKEY* key) {
  constexpr std::array<unsigned char, 32> kText = {'b', 'i', 'n', 'n', 'a', 'c', 'l', 'e'};
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(key)), '\0');
  size_t size = signature.size();
  auto* bytes = reinterpret_cast<unsigned char*>(signature.data());
  const EvpMdContextPtr signing(EVP_MD_CTX_new());
  const EvpMdContextPtr checking(EVP_MD_CTX_new());
  return EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestSign(signing.get(), bytes, &size, kText.data(), kText.size()) == 1 &&
         EVP_DigestVerifyInit(checking.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(checking.get(), bytes, size, kText.data(), kText.size()) == 1;
}

// Instead of OpenSSL's own, which would ask the terminal.
int NoPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

absl::StatusOr<KeyAlgorithm> ParseKeyAlgorithm(absl::string_view word) {
  for (const KnownAlgorithm& known : kKnown) {
    if (known.name == word) return known.algorithm;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown key algorithm \"", word,
                   "\"; there are ec-p256, ec-p384, rsa-2048, rsa-3072 and rsa-4096"));
}

absl::string_view KeyAlgorithmName(KeyAlgorithm algorithm) {
  return kKnown[static_cast<size_t>(algorithm)].name;
}

absl::Status CheckKeyStrength(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") == 1) return CheckCurve(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) return CheckRsa(key);
  const char* type = EVP_PKEY_get0_type_name(key);
  return absl::InvalidArgumentError(absl::StrCat("a key of type ",
                                                 type == nullptr ? "unknown" : type,
                                                 "; EC (P-256, P-384) and RSA are taken"));
}

absl::StatusOr<PrivateKey> PrivateKey::Generate(KeyAlgorithm algorithm) {
  const KnownAlgorithm& known = kKnown[static_cast<size_t>(algorithm)];
  EvpKeyPtr key(known.curve != nullptr ? EVP_EC_gen(known.curve) : EVP_RSA_gen(known.rsa_bits));
  if (key == nullptr) {
    return absl::InternalError(
        absl::StrCat("cannot make a key (", known.name, "): ", TakeOpenSslErrors()));
  }
  return PrivateKey(std::move(key));
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem) {
  const BioPtr bio = ReadBio(pem);
  bool encrypted = false;
  EvpKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, &encrypted));
  if (key == nullptr) {
    const std::string words = TakeOpenSslErrors();
    if (encrypted) {
      return absl::InvalidArgumentError(
          "the private key is encrypted; write it without a passphrase (openssl pkey -in OLD -out "
          "NEW) in a file that only its owner may read");
    }
    return absl::InvalidArgumentError(
        absl::StrCat("not a private key in PEM, or a damaged one: ", words));
  }
  if (auto strong = CheckKeyStrength(key.get()); !strong.ok()) return strong;
  if (!HalvesBelongTogether(key.get())) {
    TakeOpenSslErrors();
    return absl::InvalidArgumentError(
        "the private key is damaged: its public half does not belong to it");
  }
  return PrivateKey(std::move(key));
}

SecretText PrivateKey::ToPem() const {
  const BioPtr bio = WriteBio();  // OpenSSL zeroes its memory
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return SecretText(TextOf(bio.get()));
}

std::string PrivateKey::PublicPem() const {
  const BioPtr bio = WriteBio();
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  return TextOf(bio.get());
}

}  // namespace binnacle::ca
