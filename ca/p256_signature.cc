// OpenSSL's switch for files that mean it.
#define OPENSSL_SUPPRESS_DEPRECATED  // NOLINT

#include "ca/p256_signature.h"

#include <memory>

#include "absl/strings/strip.h"
#include "ca/der.h"
#include "ca/openssl.h"
#include "openssl/bn.h"
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

using BnPtr = std::unique_ptr<BIGNUM, Freed<&BN_free>>;
using EcKeyPtr = std::unique_ptr<EC_KEY, Freed<&EC_KEY_free>>;
using EcdsaSignaturePtr = std::unique_ptr<ECDSA_SIG, Freed<&ECDSA_SIG_free>>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A number that is not negative, in as few bytes as it takes.
BnPtr ReadNumber(DerReader* reader) {
  const absl::string_view bytes = reader->Read(kDerInteger).value_or("");
  if (bytes.empty() || (bytes[0] & 0x80) != 0) return nullptr;
  if (bytes.size() > 1 && bytes[0] == '\0' && (bytes[1] & 0x80) == 0) return nullptr;
  return BnPtr(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// SEQUENCE { r INTEGER, s INTEGER }; nullptr if it is damaged. ECDSA_verify()
// would read it too, and write it again to see whether it was in its one form.
EcdsaSignaturePtr ReadSignature(absl::string_view der) {
  DerReader outer(der);
  DerReader numbers(outer.Read(kDerSequence).value_or(""));
  BnPtr r = ReadNumber(&numbers);
  BnPtr s = ReadNumber(&numbers);
  EcdsaSignaturePtr signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || !numbers.empty() || !outer.empty() || signature == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return nullptr;
  }
  (void)r.release();  // the signature's now
  (void)s.release();
  return signature;
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
  // This thread's own, which takes on one key after another: a curve takes long
  // to make, and to copy.
  thread_local const EcKeyPtr key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  // Sees to it that the point is on the curve; all of these are in the group.
  if (key == nullptr || EC_KEY_oct2key(key.get(), Bytes(point), point.size(), nullptr) != 1) {
    return Forgotten(P256Check::kBadPoint);
  }
  const EcdsaSignaturePtr numbers = ReadSignature(signature);
  const bool good =
      numbers != nullptr && ECDSA_do_verify(Bytes(digest), static_cast<int>(digest.size()),
                                            numbers.get(), key.get()) == 1;
  return good ? P256Check::kGood : Forgotten(P256Check::kBadSignature);
}

}  // namespace binnacle::ca
