#include "ca/issuer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ca/certificate_request.h"
#include "ca/leaf_signer.h"
#include "ca/trust_bundle.h"
#include "ca/x509_svid.h"

namespace binnacle::ca {
namespace {

bool Signed(const Certificate& upper, const Certificate& lower) {
  const bool signed_by = X509_check_issued(upper.x509(), lower.x509()) == X509_V_OK &&
                         X509_verify(lower.x509(), X509_get0_pubkey(upper.x509())) == 1;
  TakeOpenSslErrors();
  return signed_by;
}

const Certificate& TopOf(const Issuer& issuer) {
  return issuer.intermediates.empty() ? issuer.certificate : issuer.intermediates.back();
}

bool ChainHolds(const Issuer& issuer) {
  if (issuer.intermediates.empty()) return true;
  if (!(issuer.intermediates.front() == issuer.certificate)) return false;
  for (size_t i = 1; i < issuer.intermediates.size(); ++i) {
    if (!Signed(issuer.intermediates[i], issuer.intermediates[i - 1])) return false;
  }
  return true;
}

absl::StatusOr<Certificate> SignProbe(const Issuer& issuer, const SpiffeId& id, absl::Time now) {
  auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256);
  if (!key.ok()) return key.status();
  auto public_key_info = PublicKeyInfoOf(*key);
  if (!public_key_info.ok()) return public_key_info.status();
  auto signer = LeafSigner::Make(issuer);
  if (!signer.ok()) return signer.status();
  auto probe = signer->Sign({*public_key_info, UriAltName(id.ToString()), LeafUse::kWorkload,
                             std::max(now, NotBeforeOf(issuer)), NotAfterOf(issuer)});
  if (!probe.ok()) return probe.status();
  if (auto valid = ValidateX509Svid(*probe, id, issuer.certificate); !valid.ok()) return valid;
  return probe;
}

}  // namespace

const Certificate* RootOf(const Issuer& issuer) {
  const Certificate* best = nullptr;
  for (const Certificate& root : issuer.roots) {
    if (!Signed(root, TopOf(issuer))) continue;
    if (best == nullptr || root.not_after() > best->not_after()) best = &root;
  }
  return best;
}

absl::Time NotAfterOf(const Issuer& issuer) {
  absl::Time end = issuer.certificate.not_after();
  for (const Certificate& upper : issuer.intermediates) end = std::min(end, upper.not_after());
  if (const Certificate* root = RootOf(issuer); root != nullptr) {
    end = std::min(end, root->not_after());
  }
  return end;
}

absl::Time NotBeforeOf(const Issuer& issuer) {
  absl::Time begin = issuer.certificate.not_before();
  for (const Certificate& upper : issuer.intermediates) begin = std::max(begin, upper.not_before());
  if (const Certificate* root = RootOf(issuer); root != nullptr) {
    begin = std::max(begin, root->not_before());
  }
  return begin;
}

absl::Status CheckFits(const Issuer& issuer) {
  X509* const certificate = issuer.certificate.x509();
  if (X509_check_private_key(certificate, issuer.key.get()) != 1) {
    TakeOpenSslErrors();
    return absl::FailedPreconditionError("the private key is not that of the certificate");
  }
  if (!issuer.certificate.is_authority() ||
      (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0) {
    return absl::FailedPreconditionError(
        "the certificate is not an authority's (CA:TRUE, and keyCertSign where there is a "
        "keyUsage)");
  }
  if (!ChainHolds(issuer) || RootOf(issuer) == nullptr) {
    return absl::FailedPreconditionError("the certificate does not lead to any of the roots");
  }
  return absl::OkStatus();
}

absl::Status CheckSigns(const Issuer& issuer, absl::string_view trust_domain, absl::Time now) {
  if (auto fits = CheckFits(issuer); !fits.ok()) return fits;
  const auto id = SpiffeId::Make(trust_domain, "binnacle", "probe");
  if (!id.ok()) return id.status();
  const auto probe = SignProbe(issuer, *id, now);
  if (!probe.ok()) return probe.status();
  std::vector<Certificate> chain = {*probe};
  chain.insert(chain.end(), issuer.intermediates.begin(), issuer.intermediates.end());
  const auto accepted = TrustBundle(issuer.roots).Verify(chain, now);
  if (accepted.ok()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("what it signs would be accepted by nobody: ", accepted.status().message()));
}

}  // namespace binnacle::ca
