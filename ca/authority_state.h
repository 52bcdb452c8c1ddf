// ca/authority_state.h
//
// All that an authority must remember, as one text, so that one atomic write
// takes it from one state to the next: who signs, whose root is being
// introduced, and which roots are being dropped.
//
// The text has a checksum and may be read by eye: sections in brackets with PEM
// below, from which openssl can take the keys and certificates.
//
// Threads  immutable values; pure functions.
// Errors   ParseAuthorityState(): kDataLoss, with what is damaged.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ca/issuer.h"
#include "ca/secret_text.h"

namespace binnacle::ca {

enum class RotationPhase : uint8_t { kSteady, kIntroducing, kRetiring };
absl::string_view RotationPhaseName(RotationPhase phase);  // "steady", ...

// An issuer that has signed, and the root that it led to.
struct PastIssuer {
  std::string fingerprint;
  std::string root_fingerprint;

  friend bool operator==(const PastIssuer&, const PastIssuer&) = default;
};

struct AuthorityState {
  RotationPhase phase = RotationPhase::kSteady;
  absl::Time since;
  std::shared_ptr<const Issuer> signing;
  std::shared_ptr<const Issuer> incoming;  // when introducing, and only then
  std::vector<Certificate> retiring;       // when retiring, and only then
  // Other than `signing`, under roots that are still trusted; oldest first.
  std::vector<PastIssuer> past;
};

SecretText WriteAuthorityState(const AuthorityState& state);
absl::StatusOr<AuthorityState> ParseAuthorityState(absl::string_view text);

}  // namespace binnacle::ca
