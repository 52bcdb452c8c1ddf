#include "ca/digest.h"

#include "absl/strings/escaping.h"
#include "ca/openssl.h"

namespace binnacle::ca {

std::string Sha256(absl::string_view bytes) {
  // OpenSSL 3 would look it up by name each time.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             kSha256, nullptr);
  return digest;
}

std::string Sha256Hex(absl::string_view bytes) { return absl::BytesToHexString(Sha256(bytes)); }

}  // namespace binnacle::ca
