#include "ca/certificate_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ca/certificate_request.h"
#include "proto/ca/certificate_service.grpc.pb.h"

namespace binnacle::ca {

using istio::v1::auth::IstioCertificateRequest;
using istio::v1::auth::IstioCertificateResponse;
using istio::v1::auth::IstioCertificateService;

void ShowToken(grpc::ClientContext& context, absl::string_view token) {
  context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
}

absl::StatusOr<WorkloadCertificatePtr> AskForCertificate(grpc::ClientContext& context,
                                                         const ServiceAddress& service,
                                                         const std::string& roots_pem,
                                                         const WorkloadCertificate* own,
                                                         const CertificateTerms& terms,
                                                         PrivateKey key, const Clock& clock) {
  auto csr = CertificateRequest::Make(key, terms.id);
  if (!csr.ok()) return csr.status();
  IstioCertificateRequest request;
  request.set_csr(*std::move(csr));
  request.set_validity_duration(absl::ToInt64Seconds(terms.lifetime));
  if (!terms.node_id.empty()) {
    (*request.mutable_metadata()->mutable_fields())["NodeId"].set_string_value(terms.node_id);
  }
  IstioCertificateResponse response;
  const auto stub = IstioCertificateService::NewStub(DialService(service, roots_pem, own));
  const grpc::Status called = stub->CreateCertificate(&context, request, &response);
  if (!called.ok()) return StatusOf(called, service);
  return WorkloadCertificate::Read(
      std::move(key), {response.cert_chain().begin(), response.cert_chain().end()}, clock.Now());
}

}  // namespace binnacle::ca
