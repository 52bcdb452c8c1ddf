#include "ca/public_key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ca/private_key.h"

namespace binnacle::ca {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING: an
// uncompressed point follows.
constexpr absl::string_view kP256Prefix(
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00",
    26);
constexpr size_t kP256PointBytes = 65;
constexpr char kUncompressed = 4;

absl::Status Damaged() {
  TakeOpenSslErrors();
  return absl::InvalidArgumentError("the public key is damaged");
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL sees to it that the point is on the curve.
absl::StatusOr<EvpKeyPtr> P256Key(absl::string_view point) {
  // To copy a curve takes a third of the time it takes to make one.
  static const EVP_PKEY* const kCurve = EVP_EC_gen("P-256");
  EvpKeyPtr key(EVP_PKEY_dup(const_cast<EVP_PKEY*>(kCurve)));
  if (key == nullptr ||
      EVP_PKEY_set1_encoded_public_key(key.get(), Bytes(point), point.size()) != 1) {
    return Damaged();
  }
  return key;
}

}  // namespace

absl::StatusOr<EvpKeyPtr> ReadPublicKeyInfo(absl::string_view der) {
  absl::string_view point = der;
  if (absl::ConsumePrefix(&point, kP256Prefix) && point.size() == kP256PointBytes &&
      point[0] == kUncompressed) {
    return P256Key(point);
  }
  const unsigned char* bytes = Bytes(der);
  EvpKeyPtr key(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
  if (key == nullptr || bytes != Bytes(der) + der.size()) return Damaged();
  if (auto strong = CheckKeyStrength(key.get()); !strong.ok()) return strong;
  unsigned char* canonical = nullptr;
  const int size = i2d_PUBKEY(key.get(), &canonical);
  const bool same = size > 0 && der == absl::string_view(reinterpret_cast<char*>(canonical),
                                                         static_cast<size_t>(size));
  OPENSSL_free(canonical);
  if (!same) {
    TakeOpenSslErrors();
    return absl::InvalidArgumentError(
        "the public key is not in its canonical form (a compressed point, perhaps)");
  }
  return key;
}

}  // namespace binnacle::ca
