// ca/rotation.h
//
// The steps by which roots change, from one state of an authority to the next,
// without a clock, a file or a lock.
//
// Threads  pure functions.
// Errors   kFailedPrecondition: out of order.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ca/authority_state.h"
#include "ca/certificate.h"

namespace binnacle::ca {

// Whose roots are trusted in this state; those of who signs come last, as some
// agents know the last of a chain only.
std::vector<Certificate> TrustedRoots(const AuthorityState& state);

// Who has signed under roots that are being retired, and signs no more.
std::vector<std::string> RetiringIssuers(const AuthorityState& state);

absl::StatusOr<AuthorityState> Introduced(const AuthorityState& state,
                                          std::shared_ptr<const Issuer> incoming, absl::Time now);
absl::StatusOr<AuthorityState> Activated(const AuthorityState& state, absl::Time now);
absl::StatusOr<AuthorityState> Abandoned(const AuthorityState& state, absl::Time now);
absl::StatusOr<AuthorityState> Retired(const AuthorityState& state, absl::Time now);

// The state in which `wanted`, from outside, is the issuer or on its way to it;
// nothing if it is so already. With the roots of who signs it signs at once;
// with others it is introduced (in place of one that is being introduced, as
// nothing is signed with that yet).
absl::StatusOr<std::optional<AuthorityState>> TakenUp(const AuthorityState& state,
                                                      std::shared_ptr<const Issuer> wanted,
                                                      absl::Time now);

}  // namespace binnacle::ca
