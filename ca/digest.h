// ca/digest.h
//
// Hashes. OpenSSL 3 looks an algorithm up by its name for each use, and makes
// anew what it hashes with, unless both are kept: here they are.
//
// Threads  pure functions.
// Errors   an empty hash: OpenSSL failed, as it does only without memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ca/openssl.h"

namespace binnacle::ca {

enum class DigestAlgorithm : uint8_t { kSha256, kSha384, kSha512 };

// For OpenSSL's own functions; never freed.
const EVP_MD* FetchedDigest(DigestAlgorithm algorithm);

std::string DigestOf(DigestAlgorithm algorithm, absl::string_view bytes);

std::string Sha256(absl::string_view bytes);     // 32 bytes
std::string Sha256Hex(absl::string_view bytes);  // 64 characters, lower case
// Of these put one after another.
std::string Sha256OfAll(const std::vector<std::string>& parts);

}  // namespace binnacle::ca
