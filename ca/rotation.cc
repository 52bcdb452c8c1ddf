#include "ca/rotation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace binnacle::ca {
namespace {

bool Has(const std::vector<Certificate>& certificates, const Certificate& one) {
  return std::find(certificates.begin(), certificates.end(), one) != certificates.end();
}

bool SameRoots(const Issuer& a, const Issuer& b) {
  const auto within = [](const std::vector<Certificate>& inner,
                         const std::vector<Certificate>& outer) {
    return std::all_of(inner.begin(), inner.end(),
                       [&](const Certificate& root) { return Has(outer, root); });
  };
  return within(a.roots, b.roots) && within(b.roots, a.roots);
}

bool SameIssuer(const Issuer& a, const Issuer& b) {
  return a.certificate == b.certificate && a.intermediates == b.intermediates && SameRoots(a, b);
}

absl::Status OutOfOrder(const AuthorityState& state, absl::string_view step,
                        absl::string_view needs) {
  return absl::FailedPreconditionError(absl::StrCat("cannot ", step, " while the authority is ",
                                                    RotationPhaseName(state.phase), "; it must be ",
                                                    needs));
}

void Append(const std::vector<Certificate>& more, std::vector<Certificate>* roots) {
  for (const Certificate& root : more) {
    if (!Has(*roots, root)) roots->push_back(root);
  }
}

// Replaces who signs, who from then on is one of the past.
void SignWith(std::shared_ptr<const Issuer> next, AuthorityState* state) {
  const std::string& old = state->signing->certificate.fingerprint();
  const auto is = [](const std::string& fingerprint) {
    return [&fingerprint](const PastIssuer& past) { return past.fingerprint == fingerprint; };
  };
  std::erase_if(state->past, is(old));
  const Certificate* root = RootOf(*state->signing);
  if (root != nullptr) state->past.push_back({old, root->fingerprint()});
  std::erase_if(state->past, is(next->certificate.fingerprint()));
  state->signing = std::move(next);
}

}  // namespace

std::vector<Certificate> TrustedRoots(const AuthorityState& state) {
  std::vector<Certificate> roots;
  const auto append_others = [&](const std::vector<Certificate>& others) {
    for (const Certificate& root : others) {
      if (!Has(state.signing->roots, root)) Append({root}, &roots);
    }
  };
  append_others(state.retiring);
  if (state.incoming != nullptr) append_others(state.incoming->roots);
  Append(state.signing->roots, &roots);
  return roots;
}

std::vector<std::string> RetiringIssuers(const AuthorityState& state) {
  std::vector<std::string> issuers;
  for (const PastIssuer& past : state.past) {
    const bool retiring = std::any_of(
        state.retiring.begin(), state.retiring.end(),
        [&](const Certificate& root) { return root.fingerprint() == past.root_fingerprint; });
    if (retiring) issuers.push_back(past.fingerprint);
  }
  return issuers;
}

absl::StatusOr<AuthorityState> Introduced(const AuthorityState& state,
                                          std::shared_ptr<const Issuer> incoming, absl::Time now) {
  if (state.phase != RotationPhase::kSteady) {
    return OutOfOrder(state, "introduce a root", "steady");
  }
  AuthorityState next = state;
  next.phase = RotationPhase::kIntroducing;
  next.since = now;
  next.incoming = std::move(incoming);
  return next;
}

absl::StatusOr<AuthorityState> Activated(const AuthorityState& state, absl::Time now) {
  if (state.phase != RotationPhase::kIntroducing) {
    return OutOfOrder(state, "activate a root", "introducing");
  }
  AuthorityState next = state;
  next.since = now;
  next.incoming.reset();
  for (const Certificate& root : state.signing->roots) {
    if (!Has(state.incoming->roots, root)) next.retiring.push_back(root);
  }
  SignWith(state.incoming, &next);
  // New files may only have added a root.
  next.phase = next.retiring.empty() ? RotationPhase::kSteady : RotationPhase::kRetiring;
  return next;
}

absl::StatusOr<AuthorityState> Abandoned(const AuthorityState& state, absl::Time now) {
  if (state.phase != RotationPhase::kIntroducing) {
    return OutOfOrder(state, "abandon a root", "introducing");
  }
  AuthorityState next = state;
  next.phase = RotationPhase::kSteady;
  next.since = now;
  next.incoming.reset();
  return next;
}

absl::StatusOr<AuthorityState> Retired(const AuthorityState& state, absl::Time now) {
  if (state.phase != RotationPhase::kRetiring) {
    return OutOfOrder(state, "retire a root", "retiring");
  }
  AuthorityState next = state;
  next.phase = RotationPhase::kSteady;
  next.since = now;
  const std::vector<std::string> gone = RetiringIssuers(state);
  std::erase_if(next.past, [&](const PastIssuer& past) {
    return std::find(gone.begin(), gone.end(), past.fingerprint) != gone.end();
  });
  next.retiring.clear();
  return next;
}

absl::StatusOr<std::optional<AuthorityState>> TakenUp(const AuthorityState& state,
                                                      std::shared_ptr<const Issuer> wanted,
                                                      absl::Time now) {
  if (state.incoming != nullptr && SameIssuer(*state.incoming, *wanted)) return std::nullopt;
  AuthorityState next = state;
  if (SameRoots(*state.signing, *wanted)) {
    if (state.incoming == nullptr && SameIssuer(*state.signing, *wanted)) return std::nullopt;
    if (state.phase == RotationPhase::kIntroducing) next = *Abandoned(state, now);
    if (SameIssuer(*next.signing, *wanted)) return next;
    SignWith(std::move(wanted), &next);
    return next;
  }
  if (state.phase == RotationPhase::kRetiring) {
    return absl::FailedPreconditionError(
        "the new files bring another root while the one before is still being retired; they will "
        "be taken up once that is done");
  }
  if (state.phase == RotationPhase::kIntroducing) next = *Abandoned(state, now);
  auto introduced = Introduced(next, std::move(wanted), now);
  if (!introduced.ok()) return introduced.status();
  return *std::move(introduced);
}

}  // namespace binnacle::ca
