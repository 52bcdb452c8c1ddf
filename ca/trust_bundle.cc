#include "ca/trust_bundle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "ca/digest.h"
#include "ca/time_text.h"
#include "openssl/err.h"

namespace binnacle::ca {
namespace {

// 112 bits: RSA from 2048, EC from 224, no SHA-1.
constexpr int kSecurityLevel = 2;

std::vector<Certificate> SortedOnce(std::vector<Certificate> roots) {
  std::sort(roots.begin(), roots.end(), [](const Certificate& a, const Certificate& b) {
    return a.fingerprint() < b.fingerprint();
  });
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  return roots;
}

absl::Status Refused(const Certificate& leaf, absl::string_view reason) {
  return absl::UnauthenticatedError(
      absl::StrCat("certificate ", leaf.serial(), " is not accepted: ", reason));
}

std::string ReasonOf(X509_STORE_CTX* context, const Certificate& leaf, absl::Time now) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const absl::string_view whose = depth == 0 ? "it" : "an issuer above it";
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return depth == 0 ? absl::StrCat("it expired at ", TimeText(leaf.not_after()), ", it is ",
                                       TimeText(now))
                        : "an issuer above it has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return depth == 0 ? absl::StrCat("it is valid from ", TimeText(leaf.not_before()), ", it is ",
                                       TimeText(now))
                        : "an issuer above it is not yet valid";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "it is signed by nobody that is trusted here";
    case X509_V_ERR_INVALID_PURPOSE:
      return absl::StrCat(whose, " is not for TLS clients");
    default:
      return absl::StrCat(whose, ": ", X509_verify_cert_error_string(error));
  }
}

}  // namespace

TrustBundle::TrustBundle(std::vector<Certificate> roots)
    : roots_(SortedOnce(std::move(roots))), store_(X509_STORE_new()) {
  std::string fingerprints;
  for (const Certificate& root : roots_) {
    pem_ += root.pem();
    fingerprints += root.fingerprint();
    X509_STORE_add_cert(store_.get(), root.x509());
  }
  version_ = Sha256Hex(fingerprints).substr(0, 32);
}

absl::StatusOr<Certificate> TrustBundle::Verify(const std::vector<Certificate>& chain,
                                                absl::Time now) const {
  if (chain.empty()) return absl::UnauthenticatedError("no certificate");
  const Certificate& leaf = chain.front();
  const X509StackPtr intermediates(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(intermediates.get(), chain[i].x509());

  const X509StoreContextPtr context(X509_STORE_CTX_new());
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), store_.get(), leaf.x509(), intermediates.get()) != 1) {
    return absl::InternalError(absl::StrCat("cannot check a certificate: ", TakeOpenSslErrors()));
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context.get()), kSecurityLevel);
  if (X509_verify_cert(context.get()) != 1) {
    ERR_clear_error();
    return Refused(leaf, ReasonOf(context.get(), leaf, now));
  }
  // X509-SVID, section 5: a leaf is no authority, and has one SPIFFE ID.
  if (leaf.is_authority() || (X509_get_extension_flags(leaf.x509()) & EXFLAG_KUSAGE) == 0 ||
      (X509_get_key_usage(leaf.x509()) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0) {
    return Refused(leaf, "it may sign certificates, as no workload's may");
  }
  if (const auto id = leaf.spiffe_id(); !id.ok()) return Refused(leaf, id.status().message());
  return leaf;
}

}  // namespace binnacle::ca
