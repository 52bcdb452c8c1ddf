// ca/certificate_service.h
//
// CreateCertificate over gRPC: who asks (caller.h), may it (issuance_limit.h),
// sign (authority.h), write down (issuance_log.h), and only then answer.
//
// gRPC's threads only hand over: credentials are checked and certificates
// signed on threads of its own, of which there are as many as processors; its
// queue is bounded (kResourceExhausted beyond).
//
// Threads  Stop() once, after the gRPC server has been shut down.
// Errors   INVALID_ARGUMENT (the CSR), UNAUTHENTICATED, PERMISSION_DENIED,
//          RESOURCE_EXHAUSTED, UNAVAILABLE (cannot be written down).
// Spec     policy facts, section 4.12; gRPC callback API.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "ca/authority.h"
#include "ca/caller.h"
#include "ca/clock.h"
#include "ca/issuance_limit.h"
#include "ca/issuance_log.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server_context.h"

namespace binnacle::ca {

// What a call brings along: the TLS peer's certificate chain (from its
// AuthContext, properties x509_pem_cert_chain or x509_pem_cert) and the bearer
// token of the metadata `authorization`. For xDS streams too.
Credentials CredentialsOf(const grpc::ServerContextBase& context);

// One answered call, for metrics and the log.
struct IssuanceEvent {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason;    // for the operator; empty if OK
  std::string identity;  // empty if it could not be found out
  std::string peer;
  std::string node;
  std::string serial;
  absl::Duration took;  // from the call's arrival to its answer
};

struct CertificateServiceParts {
  const Authority& authority;
  const CallerAuthenticator& authenticator;
  IssuanceLog& log;
  IssuanceLimit& limit;
  const Clock& clock;
  std::function<void(const IssuanceEvent&)> observer;  // called on its threads; may be empty
  int threads = 0;                                     // 0: as many as processors
};

class CertificateService {
 public:
  explicit CertificateService(CertificateServiceParts parts);
  ~CertificateService();

  // To register with a gRPC server; lives as long as this.
  grpc::Service* service();
  // What still waits is answered UNAVAILABLE.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace binnacle::ca
