// ca/certificate_call.h
//
// One call of a certificate service: the request for a key's certificate goes
// out, and what comes back is checked. The key itself stays here.
//
// Threads  AskForCertificate() blocks until the context's deadline; TryCancel()
//          of the context from any thread.
// Errors   kUnavailable: the service cannot be reached; kInternal: its answer
//          cannot be used; else as the service refuses.
// Spec     istio.v1.auth.IstioCertificateService; policy facts, section 4.12.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/clock.h"
#include "ca/private_key.h"
#include "ca/service_channel.h"
#include "ca/spiffe_id.h"
#include "ca/workload_certificate.h"
#include "grpcpp/client_context.h"

namespace binnacle::ca {

struct CertificateTerms {
  std::optional<SpiffeId> id;  // as whom; the credential decides, so it may be left out
  absl::Duration lifetime;     // zero: the service's default
  std::string node_id;         // for the log of what was issued; may be empty
};

// Shows a token in this call.
void ShowToken(grpc::ClientContext& context, absl::string_view token);

// `roots_pem`: what the service's own certificate must lead to. `own`: what is
// shown to it; nullptr: no certificate.
absl::StatusOr<WorkloadCertificatePtr> AskForCertificate(grpc::ClientContext& context,
                                                         const ServiceAddress& service,
                                                         const std::string& roots_pem,
                                                         const WorkloadCertificate* own,
                                                         const CertificateTerms& terms,
                                                         PrivateKey key, const Clock& clock);

}  // namespace binnacle::ca
