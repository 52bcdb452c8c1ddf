// ca/issuance_log.h
//
// Every certificate ever issued, so that each can be accounted for: written
// down, for good, before it is handed to its caller.
//
// A single thread writes; what waits is committed together, so that many
// certificates cost one fsync.
//
// Threads  safe to call from any thread. Append() calls `done` on the log's
//          own thread.
// Errors   kUnavailable: it could not be written (disk full): the certificate
//          must not be given out then. kDataLoss at Open(): damaged.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace binnacle::ca {

// IssuanceRecord::caller of the server's own certificate.
inline constexpr char kOwnCertificateCaller[] = "the server itself";

struct IssuanceRecord {
  std::string serial;    // lower-case hex
  std::string identity;  // SPIFFE ID, or the first DNS name of the server's own
  std::string caller;    // who asked: "token system:serviceaccount:..." or "certificate <serial>"
  std::string peer;      // network address it asked from
  std::string node;      // node id its agent named; empty if none
  std::string fingerprint;         // SHA-256, hex
  std::string issuer_fingerprint;  // of the issuing certificate
  absl::Time issued_at;
  absl::Time not_before;
  absl::Time not_after;
};

struct IssuanceQuery {
  std::string identity = {};                          // empty: any; else a part of it
  std::string serial = {};                            // empty: any; else the whole of it
  std::optional<absl::Time> valid_at = std::nullopt;  // only those valid then
  std::vector<std::string> issuer_fingerprints = {};  // empty: any
  size_t limit = 100;                                 // newest first
};

class IssuanceLog {
 public:
  // The file is made, for its owner alone, if it is missing.
  static absl::StatusOr<std::unique_ptr<IssuanceLog>> Open(const std::string& path);
  virtual ~IssuanceLog() = default;

  virtual void Append(IssuanceRecord record,
                      absl::AnyInvocable<void(const absl::Status&)> done) = 0;
  virtual absl::StatusOr<std::vector<IssuanceRecord>> Find(const IssuanceQuery& query) const = 0;
  // Of all under these issuers that are still valid at `now`: how many, and
  // when the last one expires (InfinitePast: none).
  struct Remaining {
    uint64_t count = 0;
    absl::Time last_expiry = absl::InfinitePast();
  };
  virtual absl::StatusOr<Remaining> RemainingUnder(const std::vector<std::string>& issuers,
                                                   absl::Time now) const = 0;
  virtual absl::StatusOr<uint64_t> Count() const = 0;
  // Of each holder (a node and identity; records without a node: an identity)
  // the newest certificate, where that is still valid at `now`.
  virtual absl::StatusOr<std::vector<IssuanceRecord>> LatestPerHolder(absl::Time now) const = 0;
};

}  // namespace binnacle::ca
