// ca/clock_skew.h
//
// How far another host's clock may be behind ours: certificates are valid from
// that long before they were made.
#pragma once

#include "absl/time/time.h"

namespace binnacle::ca {

inline constexpr absl::Duration kClockSkew = absl::Minutes(2);

}  // namespace binnacle::ca
