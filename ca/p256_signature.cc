// OpenSSL's switch for files that mean it.
#define OPENSSL_SUPPRESS_DEPRECATED  // NOLINT

#include "ca/p256_signature.h"

#include <memory>

#include "absl/strings/strip.h"
#include "ca/openssl.h"
#include "openssl/ec.h"
#include "openssl/ecdsa.h"
#include "openssl/err.h"

namespace binnacle::ca {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING: a point
// follows.
constexpr absl::string_view kPrefix(
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00",
    26);
constexpr size_t kPointBytes = 65;
constexpr char kUncompressed = 4;

using EcKeyPtr = std::unique_ptr<EC_KEY, Freed<&EC_KEY_free>>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

P256Check Forgotten(P256Check check) {
  ERR_clear_error();
  return check;
}

}  // namespace

std::optional<absl::string_view> P256Point(absl::string_view public_key_info) {
  if (!absl::ConsumePrefix(&public_key_info, kPrefix) || public_key_info.size() != kPointBytes ||
      public_key_info[0] != kUncompressed) {
    return std::nullopt;
  }
  return public_key_info;
}

P256Check CheckP256Signature(absl::string_view point, absl::string_view digest,
                             absl::string_view signature) {
  // To copy a curve takes a tenth of the time it takes to make one.
  static const EC_GROUP* const kCurve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  const EcKeyPtr key(EC_KEY_new());
  // Sees to it that the point is on the curve; all of these are in the group.
  if (key == nullptr || EC_KEY_set_group(key.get(), kCurve) != 1 ||
      EC_KEY_oct2key(key.get(), Bytes(point), point.size(), nullptr) != 1) {
    return Forgotten(P256Check::kBadPoint);
  }
  const bool good =
      ECDSA_verify(0, Bytes(digest), static_cast<int>(digest.size()), Bytes(signature),
                   static_cast<int>(signature.size()), key.get()) == 1;
  return good ? P256Check::kGood : Forgotten(P256Check::kBadSignature);
}

}  // namespace binnacle::ca
