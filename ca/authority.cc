#include "ca/authority.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ca/clock_skew.h"
#include "ca/leaf_signer.h"
#include "ca/plugged_in.h"
#include "ca/root_certificate.h"
#include "ca/rotation.h"
#include "ca/time_text.h"
#include "ca/x509_svid.h"

namespace binnacle::ca {
namespace {

constexpr char kStateFile[] = "authority.state";

constexpr absl::string_view kAdvice =
    "Put the file back from a backup. To give this authority up instead, so that every certificate "
    "and token it has made is worthless, move its whole data directory away and start again";

absl::Status Lost(const Storage& storage, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the certificate authority's state (",
                                          storage.PathOf(kStateFile), ") ", what, ". ", kAdvice));
}

// Our own roots bear the name of their trust domain.
absl::Status CheckTrustDomainOf(const AuthorityState& state, const std::string& trust_domain) {
  const std::string expected = absl::StrCat("spiffe://", trust_domain);
  for (const std::string& name : state.signing->certificate.uri_names()) {
    if (name != expected) {
      return absl::FailedPreconditionError(
          absl::StrCat("the stored certificate authority is that of ", name, ", not of ", expected,
                       ". Start with its trust domain, or with another data directory"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const AuthorityOptions& options) {
  if (auto good = CheckTrustDomain(options.trust_domain); !good.ok()) return good;
  if (options.default_lifetime < absl::Seconds(1) || options.max_lifetime < absl::Seconds(1)) {
    return absl::InvalidArgumentError("certificates need a lifetime of a second at least");
  }
  return absl::OkStatus();
}

}  // namespace

// One state, made ready to sign. Never changes; the next one replaces it.
struct Authority::Current {
  AuthorityState state;
  std::shared_ptr<const TrustBundle> bundle;
  LeafSigner signer;
  absl::Time not_before;  // of the issuer and all above it
  absl::Time not_after;
  std::vector<std::string> above;  // PEM of what follows a leaf

  static absl::StatusOr<std::shared_ptr<const Current>> Of(AuthorityState state) {
    auto signer = LeafSigner::Make(*state.signing);
    if (!signer.ok()) return signer.status();
    const Issuer& issuer = *state.signing;
    const Certificate* own_root = RootOf(issuer);
    if (own_root == nullptr) return absl::InternalError("an issuer without a root");
    std::vector<std::string> above;
    for (const Certificate& upper : issuer.intermediates) above.push_back(upper.pem());
    std::vector<Certificate> roots = TrustedRoots(state);
    std::stable_partition(roots.begin(), roots.end(),
                          [&](const Certificate& root) { return !(root == *own_root); });
    for (const Certificate& root : roots) above.push_back(root.pem());
    const absl::Time not_before = NotBeforeOf(issuer);
    const absl::Time not_after = NotAfterOf(issuer);
    return std::make_shared<const Current>(
        Current{std::move(state), std::make_shared<const TrustBundle>(std::move(roots)),
                *std::move(signer), not_before, not_after, std::move(above)});
  }

  struct Validity {
    absl::Time not_before;
    absl::Time not_after;
  };
  absl::StatusOr<Validity> ValidityFor(absl::Duration wish, const AuthorityOptions& options,
                                       absl::Time now) const {
    if (now >= not_after) {
      return absl::FailedPreconditionError(
          absl::StrCat("the issuing certificate, or one above it, expired at ", TimeText(not_after),
                       "; nothing can be signed with it"));
    }
    const absl::Duration lifetime = std::min(
        wish > absl::ZeroDuration() ? wish : options.default_lifetime, options.max_lifetime);
    return Validity{std::max(now - kClockSkew, not_before),
                    std::min(now + std::max(lifetime, absl::Seconds(1)), not_after)};
  }

  Issued Give(Certificate leaf) const {
    std::vector<std::string> chain;
    chain.reserve(1 + above.size());
    chain.push_back(leaf.pem());
    chain.insert(chain.end(), above.begin(), above.end());
    return Issued{std::move(leaf), std::move(chain), state.signing->certificate.fingerprint()};
  }
};

Authority::Authority(AuthorityOptions options, Storage& storage, const Clock& clock)
    : options_(std::move(options)), storage_(storage), clock_(clock) {}

Authority::~Authority() = default;

absl::StatusOr<std::unique_ptr<Authority>> Authority::Open(AuthorityOptions options,
                                                           Storage& storage, const Clock& clock) {
  if (auto good = CheckOptions(options); !good.ok()) return good;
  std::unique_ptr<Authority> authority(new Authority(std::move(options), storage, clock));
  absl::MutexLock lock(&authority->step_mu_);
  if (auto loaded = authority->Load(); !loaded.ok()) return loaded;
  return authority;
}

absl::StatusOr<AuthorityState> Authority::FirstState() const {
  const absl::Time now = clock_.Now();
  auto issuer =
      options_.plugged_in_dir.empty()
          ? MakeRoot(options_.trust_domain, options_.root_algorithm, options_.root_lifetime, now)
          : ReadPluggedIn(options_.plugged_in_dir, options_.trust_domain, now);
  if (!issuer.ok()) return issuer.status();
  AuthorityState state;
  state.since = now;
  state.signing = std::make_shared<const Issuer>(*std::move(issuer));
  return state;
}

absl::StatusOr<AuthorityState> Authority::StoredOrFirstState(bool* stored) const {
  const auto text = storage_.Read(kStateFile);
  *stored = text.ok();
  if (absl::IsNotFound(text.status())) {
    if (options_.expect_state)
      return Lost(storage_, "is gone, although certificates have been issued");
    return FirstState();
  }
  if (!text.ok()) return text.status();
  auto state = ParseAuthorityState(text->view());
  if (!state.ok()) return Lost(storage_, absl::StrCat("is damaged: ", state.status().message()));
  if (auto good = CheckTrustDomainOf(*state, options_.trust_domain); !good.ok()) return good;
  return state;
}

absl::Status Authority::Load() {
  bool stored = false;
  auto state = StoredOrFirstState(&stored);
  if (!state.ok()) return state.status();
  if (!stored) return Take(*std::move(state));
  auto current = Current::Of(*std::move(state));
  if (!current.ok()) return current.status();
  {
    absl::MutexLock lock(&mu_);
    current_ = *std::move(current);
  }
  return options_.plugged_in_dir.empty() ? absl::OkStatus() : TakeUpAtStart();
}

absl::Status Authority::TakeUpAtStart() {
  auto wanted = ReadPluggedIn(options_.plugged_in_dir, options_.trust_domain, clock_.Now());
  if (!wanted.ok()) return wanted.status();
  const bool retiring = current()->state.phase == RotationPhase::kRetiring;
  const absl::Status taken = TakeUp(*std::move(wanted)).status();
  // That its root must wait for another to be gone is no reason not to start.
  return retiring && absl::IsFailedPrecondition(taken) ? absl::OkStatus() : taken;
}

absl::Status Authority::Take(AuthorityState next) {
  auto current = Current::Of(std::move(next));
  if (!current.ok()) return current.status();
  const SecretText text = WriteAuthorityState((*current)->state);
  if (auto written = storage_.Write(kStateFile, text.view()); !written.ok()) return written;
  absl::MutexLock lock(&mu_);
  current_ = *std::move(current);
  return absl::OkStatus();
}

std::shared_ptr<const Authority::Current> Authority::current() const {
  absl::MutexLock lock(&mu_);
  return current_;
}

absl::StatusOr<Issued> Authority::IssueSvid(const CertificateRequest& request, const SpiffeId& id,
                                            absl::Duration lifetime) const {
  if (id.trust_domain() != options_.trust_domain) {
    return absl::InvalidArgumentError(absl::StrCat(
        "this is the authority of ", options_.trust_domain, ", not of ", id.trust_domain()));
  }
  const std::shared_ptr<const Current> now_signing = current();
  const auto validity = now_signing->ValidityFor(lifetime, options_, clock_.Now());
  if (!validity.ok()) return validity.status();
  auto svid =
      now_signing->signer.Sign({request.public_key_info(), UriAltName(id.ToString()),
                                LeafUse::kWorkload, validity->not_before, validity->not_after});
  if (!svid.ok()) return svid.status();
  const Certificate& issuer = now_signing->state.signing->certificate;
  if (auto valid = ValidateX509Svid(*svid, id, issuer); !valid.ok()) return valid;
  return now_signing->Give(*std::move(svid));
}

absl::StatusOr<Issued> Authority::IssueServing(const PrivateKey& key,
                                               const std::vector<std::string>& names,
                                               absl::Duration lifetime) const {
  auto alt_names = ServerAltNames(names);
  if (!alt_names.ok()) return alt_names.status();
  const auto public_key_info = PublicKeyInfoOf(key);
  if (!public_key_info.ok()) return public_key_info.status();
  const std::shared_ptr<const Current> now_signing = current();
  const auto validity = now_signing->ValidityFor(lifetime, options_, clock_.Now());
  if (!validity.ok()) return validity.status();
  auto serving =
      now_signing->signer.Sign({*public_key_info, *std::move(alt_names), LeafUse::kServer,
                                validity->not_before, validity->not_after});
  if (!serving.ok()) return serving.status();
  const Certificate& issuer = now_signing->state.signing->certificate;
  if (auto valid = ValidateServing(*serving, issuer); !valid.ok()) return valid;
  return now_signing->Give(*std::move(serving));
}

std::shared_ptr<const TrustBundle> Authority::bundle() const { return current()->bundle; }

AuthorityStatus Authority::status() const {
  const std::shared_ptr<const Current> held = current();
  const AuthorityState& state = held->state;
  AuthorityStatus status{.plugged_in = !options_.plugged_in_dir.empty(),
                         .phase = state.phase,
                         .issuer = state.signing->certificate,
                         .intermediates = state.signing->intermediates,
                         .roots = state.signing->roots,
                         .incoming = {},
                         .incoming_issuer = std::nullopt,
                         .retiring = state.retiring,
                         .retiring_issuers = RetiringIssuers(state),
                         .phase_since = state.since};
  if (state.incoming != nullptr) {
    status.incoming = state.incoming->roots;
    status.incoming_issuer = state.incoming->certificate.fingerprint();
  }
  return status;
}

absl::Status Authority::Introduce() {
  if (!options_.plugged_in_dir.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the certificates of this authority are plugged in: put new files into ",
                     options_.plugged_in_dir, " to introduce another root"));
  }
  absl::MutexLock lock(&step_mu_);
  const absl::Time now = clock_.Now();
  const std::shared_ptr<const Current> held = current();
  const AuthorityState& state = held->state;
  // Before a key is made in vain.
  if (auto possible = Introduced(state, nullptr, now); !possible.ok()) return possible.status();
  auto root = MakeRoot(options_.trust_domain, options_.root_algorithm, options_.root_lifetime, now);
  if (!root.ok()) return root.status();
  auto next = Introduced(state, std::make_shared<const Issuer>(*std::move(root)), now);
  if (!next.ok()) return next.status();
  return Take(*std::move(next));
}

absl::StatusOr<bool> Authority::ReloadPluggedIn() {
  if (options_.plugged_in_dir.empty()) return false;
  absl::MutexLock lock(&step_mu_);
  auto wanted = ReadPluggedIn(options_.plugged_in_dir, options_.trust_domain, clock_.Now());
  if (!wanted.ok()) return wanted.status();
  return TakeUp(*std::move(wanted));
}

absl::StatusOr<bool> Authority::TakeUp(Issuer wanted) {
  auto next =
      TakenUp(current()->state, std::make_shared<const Issuer>(std::move(wanted)), clock_.Now());
  if (!next.ok()) return next.status();
  if (!next->has_value()) return false;
  if (auto taken = Take(**std::move(next)); !taken.ok()) return taken;
  return true;
}

absl::Status Authority::Activate() {
  absl::MutexLock lock(&step_mu_);
  auto next = Activated(current()->state, clock_.Now());
  return next.ok() ? Take(*std::move(next)) : next.status();
}

absl::Status Authority::Abandon() {
  absl::MutexLock lock(&step_mu_);
  auto next = Abandoned(current()->state, clock_.Now());
  return next.ok() ? Take(*std::move(next)) : next.status();
}

absl::Status Authority::Retire() {
  absl::MutexLock lock(&step_mu_);
  auto next = Retired(current()->state, clock_.Now());
  return next.ok() ? Take(*std::move(next)) : next.status();
}

}  // namespace binnacle::ca
