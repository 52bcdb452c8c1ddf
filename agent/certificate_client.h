// agent/certificate_client.h
//
// Has a new key certified by the control plane. Proves who it is with its
// certificate while that is valid, else with the token of a file, which is read
// anew each time.
//
// The key is made here and only its CSR is sent.
//
// Threads  Request() blocks, up to kPatience for each credential; one at a
//          time. Cancel() from any thread.
// Errors   Request(): kUnavailable: the control plane cannot be reached;
//          kUnauthenticated, kPermissionDenied: it refuses the credential;
//          kNotFound: there is none; kInternal: its answer cannot be used;
//          kCancelled. The message is for the log.
// Spec     istio.v1.auth.IstioCertificateService; policy facts, section 4.12.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/identity.h"
#include "agent/server_address.h"
#include "agent/trust.h"
#include "ca/clock.h"
#include "ca/private_key.h"
#include "ca/workload_certificate.h"
#include "grpcpp/client_context.h"

namespace binnacle::agent {

struct CertificateWish {
  Identity identity;
  std::string token_file;
  absl::Duration lifetime;  // zero: the control plane's default
  ca::KeyAlgorithm key_algorithm = ca::KeyAlgorithm::kEcP256;
};

class CertificateClient {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(10);

  // `trust` and `clock` outlive it.
  CertificateClient(ServerAddress server, CertificateWish wish, Trust& trust,
                    const ca::Clock& clock)
      : server_(std::move(server)), wish_(std::move(wish)), trust_(trust), clock_(clock) {}

  // `current`: nullptr if there is none yet.
  absl::StatusOr<ca::WorkloadCertificatePtr> Request(const ca::WorkloadCertificate* current);
  // Ends a Request() that is under way, and every later one.
  void Cancel() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  absl::StatusOr<ca::WorkloadCertificatePtr> RequestWithToken();
  absl::StatusOr<ca::WorkloadCertificatePtr> RequestWith(const ca::WorkloadCertificate* own,
                                                         grpc::ClientContext& context);
  void NoteIdentity(const ca::WorkloadCertificate& got) const;
  bool Begin(grpc::ClientContext* context) ABSL_LOCKS_EXCLUDED(mu_);
  void End() ABSL_LOCKS_EXCLUDED(mu_);

  const ServerAddress server_;
  const CertificateWish wish_;
  Trust& trust_;
  const ca::Clock& clock_;
  absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  grpc::ClientContext* under_way_ ABSL_GUARDED_BY(mu_) = nullptr;
};

}  // namespace binnacle::agent
