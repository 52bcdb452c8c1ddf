// ca/verification_keys.h
//
// Public keys that tokens may be signed with.
//
// Threads  VerificationKeys is immutable. KeySource::Current() is safe to call
//          from any thread; it may block while it fetches.
// Errors   Parse(): kInvalidArgument, with what is allowed. Current(): the
//          last keys that could be read go on being used; kUnavailable only
//          while there never were any.
// Spec     RFC 7517 (JWK Set), RFC 7518 (RSA and EC keys); PEM public keys and
//          certificates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::ca {

struct VerificationKey {
  std::string id;         // `kid`; empty: may be any
  std::string algorithm;  // `alg`; empty: whatever fits the key
  std::string public_pem;
};

// Text that is PEM (one or more public keys or certificates) or a JWK Set.
// Keys for encryption and of unknown types are left out; none left is an error.
absl::StatusOr<std::vector<VerificationKey>> ParseVerificationKeys(absl::string_view text);

class KeySource {
 public:
  virtual ~KeySource() = default;
  // `wanted_id`: asks for newer ones if this is unknown, at most once in ten
  // seconds.
  virtual absl::StatusOr<std::shared_ptr<const std::vector<VerificationKey>>> Current(
      absl::string_view wanted_id) = 0;
};

std::unique_ptr<KeySource> FixedKeys(std::vector<VerificationKey> keys);
// `where`: a file, read again when it changes, or an http:// or https:// URL,
// fetched again every five minutes (certificates checked against the system's
// roots; 1 MiB and 10 s at most). http:// only to this machine.
absl::StatusOr<std::unique_ptr<KeySource>> KeysFrom(const std::string& where);

}  // namespace binnacle::ca
