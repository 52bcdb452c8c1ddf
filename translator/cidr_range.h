// translator/cidr_range.h
//
// Address blocks as Envoy wants them: masked, so that equal blocks are equal
// messages whatever way they were written.
//
// Threads  pure.
// Spec     Envoy v3 CidrRange.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "envoy/config/core/v3/address.pb.h"

namespace binnacle::translator {

// "10.1.2.3/8" is 10.0.0.0/8; "10.1.2.3" is a block of one. nullopt if `text`
// is neither an address nor a block.
std::optional<envoy::config::core::v3::CidrRange> ParseCidrRange(absl::string_view text);

// True if `range` holds one address only.
bool IsSingleAddress(const envoy::config::core::v3::CidrRange& range);

}  // namespace binnacle::translator
