#include "ca/public_key.h"

#include "absl/strings/match.h"
#include "ca/certificate_der.h"
#include "ca/private_key.h"

namespace binnacle::ca {
namespace {

absl::Status Damaged() {
  TakeOpenSslErrors();
  return absl::InvalidArgumentError("the public key is damaged");
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<EvpKeyPtr> ReadPublicKeyInfo(absl::string_view der) {
  const unsigned char* bytes = Bytes(der);
  EvpKeyPtr key(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
  if (key == nullptr || bytes != Bytes(der) + der.size()) return Damaged();
  if (auto strong = CheckKeyStrength(key.get()); !strong.ok()) return strong;
  if (EVP_PKEY_is_a(key.get(), "EC") == 1 && !absl::StartsWith(PublicKeyBits(der), "\x04")) {
    return absl::InvalidArgumentError(
        "the public key is a compressed point, which many cannot read");
  }
  unsigned char* canonical = nullptr;
  const int size = i2d_PUBKEY(key.get(), &canonical);
  const bool same = size > 0 && der == absl::string_view(reinterpret_cast<char*>(canonical),
                                                         static_cast<size_t>(size));
  OPENSSL_free(canonical);
  if (!same) {
    TakeOpenSslErrors();
    return absl::InvalidArgumentError("the public key is not in its canonical form");
  }
  return key;
}

}  // namespace binnacle::ca
