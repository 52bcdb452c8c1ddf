// server/serving_certificate.h
//
// The server's own certificate: what it shows to whoever connects over TLS.
// Signed by its own authority, written down in the issuance log like any other,
// renewed at half of its life, and kept in one file (mode 0600) that gRPC reads
// again when it changes: with two, it could meet a key beside another's
// certificate.
//
// Threads  one, except for status().
// Errors   Renew(): the authority's, the log's or the storage's; the old
//          certificate then stays.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ca/authority.h"
#include "ca/clock.h"
#include "ca/issuance_log.h"
#include "ca/secret_text.h"
#include "ca/storage.h"
#include "grpcpp/security/server_credentials.h"

namespace binnacle::server {

class ServingCertificate {
 public:
  // All outlive it. `names`: DNS names and IP addresses.
  ServingCertificate(const ca::Authority& authority, ca::IssuanceLog& log,
                     ca::DirectoryStorage& storage, const ca::Clock& clock,
                     std::vector<std::string> names, absl::Duration lifetime);

  // A new key and certificate.
  absl::Status Renew() ABSL_LOCKS_EXCLUDED(mu_);
  // Half of its life is over, or another issuer signs now.
  bool Due() const ABSL_LOCKS_EXCLUDED(mu_);

  // Less than a tenth of its life is left, or there is none yet: renewing it
  // has long failed.
  bool EndsSoon() const ABSL_LOCKS_EXCLUDED(mu_);

  // nullopt before the first.
  std::optional<ca::Certificate> certificate() const ABSL_LOCKS_EXCLUDED(mu_);

  // What it is made of, in PEM: the key, then the chain without roots. Call after
  // the first Renew().
  absl::StatusOr<ca::SecretText> KeyAndChain() const;

  // For the listener. Clients are asked for a certificate and let in without
  // one: what they show is checked call by call, so that the answer can say
  // what is wrong. Call after the first Renew().
  std::shared_ptr<grpc::ServerCredentials> Credentials() const;

 private:
  const ca::Authority& authority_;
  ca::IssuanceLog& log_;
  ca::DirectoryStorage& storage_;
  const ca::Clock& clock_;
  const std::vector<std::string> names_;
  const absl::Duration lifetime_;

  mutable absl::Mutex mu_;
  std::optional<ca::Certificate> certificate_ ABSL_GUARDED_BY(mu_);
  absl::Time issued_at_ ABSL_GUARDED_BY(mu_);
  std::string issuer_ ABSL_GUARDED_BY(mu_);  // its fingerprint
};

}  // namespace binnacle::server
