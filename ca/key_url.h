// ca/key_url.h
//
// Public keys behind a URL, fetched by a thread of their own: every five
// minutes, and at once (at most once in ten seconds) when somebody asks for
// one that is not known.
//
// Threads  safe to call from any thread. Current() waits for a fetch only
//          while there are no keys (10 s), or for one that is not known (2 s).
// Errors   KeysFromUrl(): kInvalidArgument for a URL that is not allowed. Later,
//          an answer that cannot be used changes nothing; kUnavailable while
//          there never was one.
// Spec     RFC 7517; HTTP without redirects.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ca/verification_keys.h"

namespace binnacle::ca {

absl::StatusOr<std::unique_ptr<KeySource>> KeysFromUrl(const std::string& url);

}  // namespace binnacle::ca
