// server/mesh_authority.h
//
// The authority as it runs inside a server: its files under the data directory,
// who may have certificates, the certificate service, the server's own
// certificate, and the steps of a root rotation.
//
// Threads  one of its own looks after all that is due. The rest may be called
//          from any thread.
// Errors   Open(): the stored state cannot be used (see ca/authority.h), with
//          what to do.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ca/authority.h"
#include "ca/caller.h"
#include "ca/certificate_service.h"
#include "ca/clock.h"
#include "ca/issuance_limit.h"
#include "ca/issuance_log.h"
#include "ca/storage.h"
#include "ca/token.h"
#include "server/authority_metrics.h"
#include "server/push_hub.h"
#include "server/root_rotation.h"
#include "server/serving_certificate.h"

namespace binnacle::server {

struct MeshAuthorityOptions {
  std::string data_dir;
  ca::AuthorityOptions authority;
  std::vector<std::string> trust_domain_aliases;
  std::vector<std::string> server_names;  // of the server's own certificate
  // Tokens that others make: their keys (a file or a URL), issuer and audiences.
  std::string token_keys;  // empty: only this authority's own tokens
  std::string token_issuer;
  std::vector<std::string> token_audiences;
  ca::IssuanceLimits limits;
};

class MeshAuthority {
 public:
  // `hub` must outlive it.
  static absl::StatusOr<std::unique_ptr<MeshAuthority>> Open(MeshAuthorityOptions options,
                                                             PushHub& hub);
  ~MeshAuthority();

  // Gives the hub the trust bundle and begins to look after what is due.
  absl::Status Start();
  // After the gRPC server that has the service was shut down.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // Does what is due now, and returns when it is done: after something was
  // asked for that should not wait.
  void Attend() ABSL_LOCKS_EXCLUDED(attending_);

  // Steps that an operator asks for.
  absl::Status BeginRotation();
  absl::Status AbandonRotation();
  absl::Status LeaveOutAbsent();
  absl::Status DropOldRoot();

  // kFailedPrecondition, and why, when it could not serve: its own certificate
  // has expired, or is about to.
  absl::Status Ready() const;

  const ca::Authority& authority() const { return *authority_; }
  const ca::IssuanceLog& log() const { return *log_; }
  const ca::TokenIssuer& tokens() const { return *tokens_; }
  const ca::CallerAuthenticator& authenticator() const { return *authenticator_; }
  const RootRotation& rotation() const { return rotation_; }
  const ServingCertificate& serving() const { return serving_; }
  const AuthorityMetrics& metrics() const { return metrics_; }
  ca::CertificateService& service() { return service_; }

 private:
  struct Opened;
  MeshAuthority(MeshAuthorityOptions options, PushHub& hub, Opened opened);

  void Run();
  void AttendPluggedIn();
  void AttendServing();
  bool AttendRotation();
  void PublishBundle();

  const MeshAuthorityOptions options_;
  PushHub& hub_;
  const ca::SystemClock clock_;
  const std::unique_ptr<ca::DirectoryStorage> storage_;
  const std::unique_ptr<ca::IssuanceLog> log_;
  const std::unique_ptr<ca::Authority> authority_;
  const std::unique_ptr<ca::TokenIssuer> tokens_;
  const std::unique_ptr<ca::CallerAuthenticator> authenticator_;
  ca::IssuanceLimit limit_;
  ServingCertificate serving_;
  RootRotation rotation_;
  AuthorityMetrics metrics_;
  ca::CertificateService service_;

  absl::Mutex attending_;
  std::string published_ ABSL_GUARDED_BY(attending_);         // version of the bundle
  std::string plugged_in_error_ ABSL_GUARDED_BY(attending_);  // as last logged
  std::string serving_error_ ABSL_GUARDED_BY(attending_);
  std::string rotation_error_ ABSL_GUARDED_BY(attending_);
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace binnacle::server
