#include "ca/digest.h"

#include "absl/strings/escaping.h"

namespace binnacle::ca {
namespace {

class Hash {
 public:
  explicit Hash(DigestAlgorithm algorithm) : algorithm_(FetchedDigest(algorithm)) {
    good_ = EVP_DigestInit_ex(Context(), algorithm_, nullptr) == 1;
  }
  void Take(absl::string_view bytes) {
    good_ = good_ && EVP_DigestUpdate(Context(), bytes.data(), bytes.size()) == 1;
  }
  std::string Finish() {
    std::string digest(static_cast<size_t>(EVP_MD_get_size(algorithm_)), '\0');
    good_ = good_ && EVP_DigestFinal_ex(Context(), reinterpret_cast<unsigned char*>(digest.data()),
                                        nullptr) == 1;
    return good_ ? digest : "";
  }

 private:
  // This thread's own.
  static EVP_MD_CTX* Context() {
    thread_local const EvpMdContextPtr context(EVP_MD_CTX_new());
    return context.get();
  }

  const EVP_MD* const algorithm_;
  bool good_ = false;
};

}  // namespace

const EVP_MD* FetchedDigest(DigestAlgorithm algorithm) {
  static const EVP_MD* const kFetched[] = {EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                           EVP_MD_fetch(nullptr, "SHA384", nullptr),
                                           EVP_MD_fetch(nullptr, "SHA512", nullptr)};
  return kFetched[static_cast<size_t>(algorithm)];
}

std::string DigestOf(DigestAlgorithm algorithm, absl::string_view bytes) {
  Hash hash(algorithm);
  hash.Take(bytes);
  return hash.Finish();
}

std::string Sha256(absl::string_view bytes) { return DigestOf(DigestAlgorithm::kSha256, bytes); }

std::string Sha256Hex(absl::string_view bytes) { return absl::BytesToHexString(Sha256(bytes)); }

std::string Sha256OfAll(const std::vector<std::string>& parts) {
  Hash hash(DigestAlgorithm::kSha256);
  for (const std::string& part : parts) hash.Take(part);
  return hash.Finish();
}

}  // namespace binnacle::ca
