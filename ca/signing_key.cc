#include "ca/signing_key.h"

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "ca/digest.h"
#include "ca/openssl.h"

namespace binnacle::ca {
namespace {

struct Algorithm {
  absl::string_view der;
  DigestAlgorithm digest;
};

constexpr Algorithm kEcdsaSha256 = {"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
                                    DigestAlgorithm::kSha256};
constexpr Algorithm kEcdsaSha384 = {"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
                                    DigestAlgorithm::kSha384};
constexpr Algorithm kRsaSha256 = {
    absl::string_view("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 15),
    DigestAlgorithm::kSha256};

const Algorithm& AlgorithmFor(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return kRsaSha256;
  return EVP_PKEY_get_bits(key) > 256 ? kEcdsaSha384 : kEcdsaSha256;
}

absl::Status Failed() {
  return absl::InternalError(absl::StrCat("cannot sign: ", TakeOpenSslErrors()));
}

}  // namespace

class SigningKey::Contexts {
 public:
  explicit Contexts(const PrivateKey& key)
      : key_(key),
        algorithm_(AlgorithmFor(key.get())),
        max_bytes_(static_cast<size_t>(EVP_PKEY_get_size(key.get()))) {}

  absl::string_view algorithm() const { return algorithm_.der; }

  absl::StatusOr<std::string> Sign(absl::string_view text) ABSL_LOCKS_EXCLUDED(mu_) {
    auto context = Take();
    if (!context.ok()) return context.status();
    const std::string digest = DigestOf(algorithm_.digest, text);
    std::string signature(max_bytes_, '\0');
    size_t size = signature.size();
    // A context with which it fails is not used again.
    if (digest.empty() ||
        EVP_PKEY_sign(context->get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                      reinterpret_cast<const unsigned char*>(digest.data()), digest.size()) != 1) {
      return Failed();
    }
    signature.resize(size);
    absl::MutexLock lock(&mu_);
    idle_.push_back(*std::move(context));
    return signature;
  }

 private:
  absl::StatusOr<EvpKeyContextPtr> Take() ABSL_LOCKS_EXCLUDED(mu_) {
    {
      absl::MutexLock lock(&mu_);
      if (!idle_.empty()) {
        EvpKeyContextPtr context = std::move(idle_.back());
        idle_.pop_back();
        return context;
      }
    }
    EvpKeyContextPtr context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), FetchedDigest(algorithm_.digest)) != 1) {
      return Failed();
    }
    return context;
  }

  const PrivateKey key_;
  const Algorithm& algorithm_;
  const size_t max_bytes_;
  absl::Mutex mu_;
  std::vector<EvpKeyContextPtr> idle_ ABSL_GUARDED_BY(mu_);
};

SigningKey::SigningKey(std::unique_ptr<Contexts> contexts) : contexts_(std::move(contexts)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

absl::StatusOr<SigningKey> SigningKey::Make(const PrivateKey& key) {
  SigningKey signing(std::make_unique<Contexts>(key));
  // One signature, so that a key that cannot sign is found out now.
  if (auto tried = signing.Sign(""); !tried.ok()) return tried.status();
  return signing;
}

absl::string_view SigningKey::algorithm() const { return contexts_->algorithm(); }

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view text) const {
  return contexts_->Sign(text);
}

}  // namespace binnacle::ca
