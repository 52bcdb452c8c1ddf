#include "translator/key_material.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <memory>
#include <string>

namespace binnacle::translator {
namespace {

void FreeInfos(STACK_OF(X509_INFO) * infos) { sk_X509_INFO_pop_free(infos, X509_INFO_free); }

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using InfosPtr = std::unique_ptr<STACK_OF(X509_INFO), FreeWith<FreeInfos>>;
using OcspPtr = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using BasicOcspPtr = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;

// OpenSSL leaves its errors for the thread's next caller to stumble over.
class ErrorsForgotten {
 public:
  ErrorsForgotten() = default;
  ErrorsForgotten(const ErrorsForgotten&) = delete;
  ErrorsForgotten& operator=(const ErrorsForgotten&) = delete;
  ~ErrorsForgotten() { ERR_clear_error(); }
};

BioPtr Reading(absl::string_view text) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return nullptr;
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without one OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

// The first certificate; nullptr if it or one above it is damaged.
CertificatePtr FirstOf(absl::string_view chain) {
  const BioPtr bio = Reading(chain);
  if (bio == nullptr) return nullptr;
  CertificatePtr first(PEM_read_bio_X509_AUX(bio.get(), nullptr, NoPassword, nullptr));
  if (first == nullptr) return nullptr;
  while (CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)) != nullptr) {
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  return at_end ? std::move(first) : nullptr;
}

bool EnvoyTakes(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "RSA")) return EVP_PKEY_get_bits(&key) >= 2048;
  if (!EVP_PKEY_is_a(&key, "EC")) return EVP_PKEY_is_a(&key, "ED25519");
  char curve[32] = {};
  if (EVP_PKEY_get_group_name(&key, curve, sizeof(curve), nullptr) != 1) return false;
  const absl::string_view name = curve;
  return name == "prime256v1" || name == "secp384r1" || name == "secp521r1";
}

// All that a PEM text holds; nullptr if any of it is damaged.
InfosPtr Everything(absl::string_view pem) {
  const BioPtr bio = Reading(pem);
  if (bio == nullptr) return nullptr;
  return InfosPtr(PEM_X509_INFO_read_bio(bio.get(), nullptr, NoPassword, nullptr));
}

template <typename Wanted>
bool HoldsAny(absl::string_view pem, Wanted X509_INFO::*wanted) {
  const ErrorsForgotten forgotten;
  const InfosPtr infos = Everything(pem);
  if (infos == nullptr) return false;
  for (int i = 0; i < sk_X509_INFO_num(infos.get()); ++i) {
    if (sk_X509_INFO_value(infos.get(), i)->*wanted != nullptr) return true;
  }
  return false;
}

}  // namespace

std::string KeyPairFault(absl::string_view chain, absl::string_view key) {
  const ErrorsForgotten forgotten;
  const CertificatePtr certificate = FirstOf(chain);
  if (certificate == nullptr) return "its certificate is none in PEM, or one above it is damaged";
  const BioPtr bio = Reading(key);
  const KeyPtr private_key(
      bio == nullptr ? nullptr : PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (private_key == nullptr) return "its key is none in PEM, or locked with a password";
  if (!EnvoyTakes(*private_key)) {
    return "its key is of a kind that Envoy does not take; it takes RSA from 2048 bits, P-256, "
           "P-384, P-521 and Ed25519";
  }
  if (X509_check_private_key(certificate.get(), private_key.get()) != 1) {
    return "its key is not that of its certificate";
  }
  return "";
}

bool IsKeyPair(absl::string_view chain, absl::string_view key) {
  return KeyPairFault(chain, key).empty();
}

bool AreRoots(absl::string_view pem) { return HoldsAny(pem, &X509_INFO::x509); }

bool IsRevocationList(absl::string_view pem) { return HoldsAny(pem, &X509_INFO::crl); }

bool IsOcspStaple(absl::string_view der) {
  const ErrorsForgotten forgotten;
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const OcspPtr response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(der.size())));
  if (response == nullptr ||
      OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return false;
  }
  const BasicOcspPtr answer(OCSP_response_get1_basic(response.get()));
  return answer != nullptr && OCSP_resp_count(answer.get()) == 1;
}

}  // namespace binnacle::translator
