#include "ca/mesh_authenticator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "ca/certificate.h"
#include "ca/digest.h"
#include "ca/recent_map.h"

namespace binnacle::ca {
namespace {

constexpr size_t kMaxChainBytes = 64 << 10;
constexpr size_t kChainsRemembered = 1 << 14;

absl::Status NotValid(absl::string_view reason) {
  return WithReason(absl::UnauthenticatedError("the credential is not valid"), reason);
}

absl::Status NotHere(absl::string_view reason) {
  return WithReason(absl::PermissionDeniedError("the credential is not valid here"), reason);
}

// A chain that held against one bundle.
struct Verified {
  std::string bundle_version;
  absl::Time not_before;
  Caller caller;  // whose `expires` is the leaf's, which outlives no issuer
};

// The error that helps the operator most: a check that could not be made may
// yet succeed, and one who is known but not allowed is no stranger.
int Weight(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return 2;
  return absl::IsPermissionDenied(status) ? 1 : 0;
}

class MeshAuthenticator final : public CallerAuthenticator {
 public:
  MeshAuthenticator(MeshAuthenticatorParts parts, const Clock& clock)
      : parts_(std::move(parts)), clock_(clock), verified_(kChainsRemembered) {}

  absl::StatusOr<Caller> Authenticate(const Credentials& credentials) const override {
    if (!credentials.certificate_chain.empty()) return AuthenticateChain(credentials);
    if (!credentials.bearer_token.empty()) return AuthenticateToken(credentials.bearer_token);
    return absl::UnauthenticatedError(
        "a credential is wanted: a certificate of this mesh, or a token");
  }

 private:
  absl::StatusOr<Caller> AuthenticateChain(const Credentials& credentials) const
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<Verified> Check(const std::string& pem, const TrustBundle& bundle,
                                 absl::Time now) const;
  absl::StatusOr<Caller> AuthenticateToken(const std::string& token) const;
  std::optional<Caller> Remembered(const std::string& digest, const TrustBundle& bundle,
                                   absl::Time now) const ABSL_LOCKS_EXCLUDED(mu_);
  bool IsOfThisMesh(const std::string& trust_domain) const {
    return trust_domain == parts_.trust_domain ||
           std::find(parts_.trust_domain_aliases.begin(), parts_.trust_domain_aliases.end(),
                     trust_domain) != parts_.trust_domain_aliases.end();
  }

  const MeshAuthenticatorParts parts_;
  const Clock& clock_;
  mutable absl::Mutex mu_;
  mutable RecentMap<Verified> verified_ ABSL_GUARDED_BY(mu_);  // by digest of the chain
};

absl::StatusOr<Caller> MeshAuthenticator::AuthenticateChain(const Credentials& credentials) const {
  size_t size = 0;
  for (const std::string& part : credentials.certificate_chain) size += part.size();
  if (size > kMaxChainBytes) return NotValid("the certificate chain is larger than 64 KiB");
  const auto bundle = parts_.bundle();
  const absl::Time now = clock_.Now();
  const std::string digest = Sha256OfAll(credentials.certificate_chain);
  if (auto caller = Remembered(digest, *bundle, now); caller.has_value()) return *std::move(caller);
  auto checked = Check(absl::StrJoin(credentials.certificate_chain, ""), *bundle, now);
  if (!checked.ok()) return checked.status();
  absl::MutexLock lock(&mu_);
  return verified_.Put(digest, *std::move(checked)).caller;
}

std::optional<Caller> MeshAuthenticator::Remembered(const std::string& digest,
                                                    const TrustBundle& bundle,
                                                    absl::Time now) const {
  absl::MutexLock lock(&mu_);
  const Verified* known = verified_.Find(digest);
  if (known == nullptr || known->bundle_version != bundle.version() || now < known->not_before ||
      now >= known->caller.expires) {
    return std::nullopt;
  }
  return known->caller;
}

absl::StatusOr<Verified> MeshAuthenticator::Check(const std::string& pem, const TrustBundle& bundle,
                                                  absl::Time now) const {
  const auto chain = Certificate::ListFromPem(pem);
  if (!chain.ok()) return NotValid(chain.status().message());
  const auto leaf = bundle.Verify(*chain, now);
  if (!leaf.ok()) return NotValid(ReasonForOperator(leaf.status()));
  if (leaf->is_authority()) return NotValid("the certificate is an authority's");
  const auto presented = leaf->spiffe_id();
  if (!presented.ok()) {
    return NotHere(
        absl::StrCat("the certificate names no identity: ", presented.status().message()));
  }
  if (!IsOfThisMesh(presented->trust_domain())) {
    return NotHere(absl::StrCat("the certificate's trust domain is ", presented->trust_domain()));
  }
  // Under an alias, too, one is who one is in this mesh.
  auto id = SpiffeId::Make(parts_.trust_domain, presented->ns(), presented->service_account());
  if (!id.ok()) return NotHere(id.status().message());
  return Verified{
      bundle.version(), leaf->not_before(),
      Caller{*std::move(id), absl::StrCat("certificate ", leaf->serial()), leaf->not_after()}};
}

absl::StatusOr<Caller> MeshAuthenticator::AuthenticateToken(const std::string& token) const {
  absl::Status refused = absl::UnauthenticatedError("the credential is not valid");
  std::string reasons;
  for (const auto& verifier : parts_.verifiers) {
    auto caller = verifier->Verify(token);
    if (caller.ok()) return caller;
    absl::StrAppend(&reasons, reasons.empty() ? "" : "; ", ReasonForOperator(caller.status()));
    if (Weight(caller.status()) > Weight(refused)) refused = caller.status();
  }
  return WithReason(std::move(refused), reasons.empty() ? "no tokens are accepted here" : reasons);
}

}  // namespace

std::unique_ptr<CallerAuthenticator> NewMeshAuthenticator(MeshAuthenticatorParts parts,
                                                          const Clock& clock) {
  return std::make_unique<MeshAuthenticator>(std::move(parts), clock);
}

}  // namespace binnacle::ca
