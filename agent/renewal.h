// agent/renewal.h
//
// When a certificate is renewed: about half way through its life, and again and
// again when that fails, each time with jitter, so that proxies which started
// together do not come together.
//
// Threads  pure functions.
// Spec     policy facts, section 4.12 (half life).
#pragma once

#include "absl/time/time.h"

namespace binnacle::agent {

// `jitter`: from -1 to 1; moves the moment by a tenth of the lifetime at most.
// A certificate is back-dated, so its life is counted from its arrival.
absl::Time RenewalTime(absl::Time received, absl::Time not_after, double jitter);

// The wait after that many failures in a row (from 1): doubling, and the
// shorter the less is left of the certificate. `remaining`: zero or less if
// there is none.
absl::Duration RenewalRetryDelay(int failures, absl::Duration remaining, double jitter);

}  // namespace binnacle::agent
