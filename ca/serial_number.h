// ca/serial_number.h
//
// Serial numbers of certificates: 48 bits of the time in milliseconds, and then
// 80 that nobody can foresee.
//
// Numbers of certificates made one after another thus lie side by side: the
// issuance log's index of them grows at its end, where random ones would have a
// page of the disk written for nearly each.
//
// Threads  safe to call from any thread.
// Errors   kInternal: OpenSSL has no random numbers, with its words.
// Spec     RFC 5280, section 4.1.2.2: positive, 20 bytes at most. CA/Browser
//          Forum, Baseline Requirements, section 7.1: 64 random bits at least.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace binnacle::ca {

// 16 bytes, big-endian.
absl::StatusOr<std::string> NewSerialNumber();

}  // namespace binnacle::ca
