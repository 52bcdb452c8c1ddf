// ca/digest.h
//
// SHA-256, and how hashes and serials are shown.
//
// Threads  pure functions.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::ca {

std::string Sha256(absl::string_view bytes);     // 32 bytes
std::string Sha256Hex(absl::string_view bytes);  // 64 characters, lower case

}  // namespace binnacle::ca
