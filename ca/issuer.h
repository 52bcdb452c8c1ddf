// ca/issuer.h
//
// Who signs: a key, its certificate, and what leads from there to a root.
//
// Threads  values; pure functions.
// Errors   Check...(): kFailedPrecondition, with what does not fit.
// Spec     RFC 5280, sections 4.2.1 and 6.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ca/private_key.h"

namespace binnacle::ca {

struct Issuer {
  PrivateKey key;
  Certificate certificate;
  std::vector<Certificate> intermediates;  // from `certificate` (if it is no root) upwards
  std::vector<Certificate> roots;
};

// The root that it leads to by its signatures; of several, the one that lives
// longest. nullptr if none.
const Certificate* RootOf(const Issuer& issuer);

// The earliest end, and the latest beginning, on the way from it to its root.
absl::Time NotAfterOf(const Issuer& issuer);
absl::Time NotBeforeOf(const Issuer& issuer);

// The key is the certificate's, which is an authority's and leads to a root.
// True for good, whatever the time is.
absl::Status CheckFits(const Issuer& issuer);

// What it signs at `now` for a workload would be accepted by whoever trusts
// its roots: tried with a key that is thrown away.
absl::Status CheckSigns(const Issuer& issuer, absl::string_view trust_domain, absl::Time now);

}  // namespace binnacle::ca
