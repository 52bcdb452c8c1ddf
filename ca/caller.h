// ca/caller.h
//
// Who asks, as the credential says: a token, or a certificate of this mesh that
// is still valid. Nothing else that a caller says of itself counts.
//
// Threads  Authenticate() is safe to call from any thread but may block (a key
//          set to fetch, a token to have reviewed): never on a gRPC thread.
// Errors   kUnauthenticated: no credential, or one that does not hold.
//          kPermissionDenied: one that holds, but not here (another trust
//          domain, no identity in it). kUnavailable: it cannot be checked now.
//          The message tells the caller nothing that helps to forge one; the
//          payload "reason" (see ReasonForOperator) is for the log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/spiffe_id.h"

namespace binnacle::ca {

// What came with a call; a token is not looked at beside a certificate.
struct Credentials {
  std::vector<std::string> certificate_chain;  // PEM of the TLS client's, leaf first; or one text
  std::string bearer_token;                    // of `authorization: Bearer ...`
};

struct Caller {
  SpiffeId id;
  std::string credential;  // "token <subject>", "certificate <serial>": for logs
  absl::Time expires;      // of the credential
};

// A kind of token. The seam for Kubernetes' TokenReview.
class TokenVerifier {
 public:
  virtual ~TokenVerifier() = default;
  virtual absl::StatusOr<Caller> Verify(absl::string_view token) const = 0;
};

class CallerAuthenticator {
 public:
  virtual ~CallerAuthenticator() = default;
  virtual absl::StatusOr<Caller> Authenticate(const Credentials& credentials) const = 0;
};

// Adds to an error what only the operator may read.
absl::Status WithReason(absl::Status status, absl::string_view reason);
// The message, or the reason where there is one.
std::string ReasonForOperator(const absl::Status& status);

}  // namespace binnacle::ca
