// policy/ip_address.h
//
// IP addresses and blocks as policy writes them: "10.0.0.1", "2001:db8::1",
// "10.0.0.0/8".
//
// Threads  pure.
#pragma once

#include "absl/strings/string_view.h"
#include "policy/complaint.h"

namespace binnacle::policy {

bool IsIpAddress(absl::string_view text);

// An address, a slash and a prefix length that fits it.
bool IsCidr(absl::string_view text);

Verdict CheckIpAddress(absl::string_view text);
Verdict CheckIpAddressOrCidr(absl::string_view text);

}  // namespace binnacle::policy
