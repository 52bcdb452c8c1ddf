#include "agent/certificate_client.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/text_file.h"
#include "ca/certificate_call.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

absl::Status WithPrefix(absl::string_view prefix, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(prefix, ": ", status.message()));
}

bool Refused(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

}  // namespace

absl::StatusOr<ca::WorkloadCertificatePtr> CertificateClient::Request(
    const ca::WorkloadCertificate* current) {
  if (current == nullptr || !current->ValidAt(clock_.Now())) return RequestWithToken();
  grpc::ClientContext context;
  auto renewed = RequestWith(current, context);
  if (renewed.ok() || absl::IsUnavailable(renewed.status()) ||
      absl::IsCancelled(renewed.status())) {
    return renewed;
  }
  // A control plane that knows nothing of this certificate (its authority was
  // replaced) may still take the token.
  auto anew = RequestWithToken();
  if (anew.ok()) return anew;
  return absl::Status(renewed.status().code(),
                      absl::StrCat("with the certificate: ", renewed.status().message(),
                                   "; with the token: ", anew.status().message()));
}

absl::StatusOr<ca::WorkloadCertificatePtr> CertificateClient::RequestWithToken() {
  auto token = ReadTextFile(wish_.token_file);
  if (!token.ok()) return WithPrefix("cannot read the token", token.status());
  const absl::string_view text = absl::StripAsciiWhitespace(token->view());
  if (text.empty()) {
    return absl::NotFoundError(absl::StrCat("the token file ", wish_.token_file, " is empty"));
  }
  grpc::ClientContext context;
  ca::ShowToken(context, text);
  auto answer = RequestWith(nullptr, context);
  if (!answer.ok() && Refused(answer.status())) {
    return WithPrefix(absl::StrCat("the control plane refuses the token of ", wish_.token_file),
                      answer.status());
  }
  return answer;
}

absl::StatusOr<ca::WorkloadCertificatePtr> CertificateClient::RequestWith(
    const ca::WorkloadCertificate* own, grpc::ClientContext& context) {
  auto key = ca::PrivateKey::Generate(wish_.key_algorithm);
  if (!key.ok()) return key.status();
  const auto id = wish_.identity.spiffe_id();
  if (!id.ok()) return id.status();
  if (!wish_.identity.cluster_id.empty()) {
    context.AddMetadata("clusterid", wish_.identity.cluster_id);
  }
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  if (!Begin(&context)) return absl::CancelledError("the agent is ending");
  auto got = ca::AskForCertificate(context, server_.service(), trust_.ForServer(), own,
                                   {*id, wish_.lifetime, wish_.identity.NodeId()}, *std::move(key),
                                   clock_);
  End();
  if (got.ok()) NoteIdentity(**got);
  return got;
}

void CertificateClient::NoteIdentity(const ca::WorkloadCertificate& got) const {
  const std::string wanted = wish_.identity.spiffe_id()->ToString();
  if (got.name() == wanted) return;
  spdlog::warn(
      "certificate: the credential is for {}, but the flags say {}; streams whose node names "
      "another namespace or service account than the certificate are refused",
      got.name(), wanted);
}

bool CertificateClient::Begin(grpc::ClientContext* context) {
  const absl::MutexLock lock(&mu_);
  if (cancelled_) return false;
  under_way_ = context;
  return true;
}

void CertificateClient::End() {
  const absl::MutexLock lock(&mu_);
  under_way_ = nullptr;
}

void CertificateClient::Cancel() {
  const absl::MutexLock lock(&mu_);
  cancelled_ = true;
  if (under_way_ != nullptr) under_way_->TryCancel();
}

}  // namespace binnacle::agent
