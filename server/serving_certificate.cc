#include "server/serving_certificate.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "ca/private_key.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace binnacle::server {
namespace {

constexpr char kFile[] = "serving.pem";
constexpr unsigned kReadAgainSeconds = 1;

absl::Status WriteDown(ca::IssuanceLog& log, ca::IssuanceRecord record) {
  absl::Notification written;
  absl::Status status;
  log.Append(std::move(record), [&](absl::Status result) {
    status = std::move(result);
    written.Notify();
  });
  written.WaitForNotification();
  return status;
}

ca::IssuanceRecord RecordOf(const ca::Issued& issued, absl::Time now) {
  const ca::Certificate& certificate = issued.certificate;
  ca::IssuanceRecord record;
  record.serial = certificate.serial();
  record.identity = certificate.dns_names().empty() ? "binnacled" : certificate.dns_names().front();
  record.caller = ca::kOwnCertificateCaller;
  record.fingerprint = certificate.fingerprint();
  record.issuer_fingerprint = issued.issuer_fingerprint;
  record.issued_at = now;
  record.not_before = certificate.not_before();
  record.not_after = certificate.not_after();
  return record;
}

// Whoever connects has the roots.
std::string ChainWithoutRoots(const ca::Issued& issued, const ca::TrustBundle& bundle) {
  std::string chain;
  for (const std::string& pem : issued.chain) {
    const bool root = absl::c_any_of(
        bundle.roots(), [&](const ca::Certificate& known) { return known.pem() == pem; });
    if (!root) absl::StrAppend(&chain, pem);
  }
  return chain;
}

}  // namespace

ServingCertificate::ServingCertificate(const ca::Authority& authority, ca::IssuanceLog& log,
                                       ca::DirectoryStorage& storage, const ca::Clock& clock,
                                       std::vector<std::string> names, absl::Duration lifetime)
    : authority_(authority),
      log_(log),
      storage_(storage),
      clock_(clock),
      names_(std::move(names)),
      lifetime_(lifetime) {}

absl::Status ServingCertificate::Renew() {
  auto key = ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256);
  if (!key.ok()) return key.status();
  auto issued = authority_.IssueServing(*key, names_, lifetime_);
  if (!issued.ok()) return issued.status();
  const absl::Time now = clock_.Now();
  if (auto logged = WriteDown(log_, RecordOf(*issued, now)); !logged.ok()) return logged;
  const ca::SecretText file(
      absl::StrCat(key->ToPem().view(), ChainWithoutRoots(*issued, *authority_.bundle())));
  if (auto written = storage_.Write(kFile, file.view()); !written.ok()) return written;
  absl::MutexLock lock(&mu_);
  certificate_ = issued->certificate;
  issued_at_ = now;
  issuer_ = issued->issuer_fingerprint;
  return absl::OkStatus();
}

bool ServingCertificate::Due() const {
  absl::MutexLock lock(&mu_);
  if (!certificate_.has_value()) return true;
  return clock_.Now() >= issued_at_ + (certificate_->not_after() - issued_at_) / 2 ||
         issuer_ != authority_.status().issuer.fingerprint();
}

bool ServingCertificate::EndsSoon() const {
  absl::MutexLock lock(&mu_);
  if (!certificate_.has_value()) return true;
  const absl::Time end = certificate_->not_after();
  return clock_.Now() >= end - (end - issued_at_) / 10;
}

std::optional<ca::Certificate> ServingCertificate::certificate() const {
  absl::MutexLock lock(&mu_);
  return certificate_;
}

absl::StatusOr<ca::SecretText> ServingCertificate::KeyAndChain() const {
  return storage_.Read(kFile);
}

std::shared_ptr<grpc::ServerCredentials> ServingCertificate::Credentials() const {
  namespace tls = grpc::experimental;
  auto files = std::make_shared<tls::FileWatcherCertificateProvider>(
      storage_.PathOf(kFile), storage_.PathOf(kFile), kReadAgainSeconds);
  tls::TlsServerCredentialsOptions options(std::move(files));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return tls::TlsServerCredentials(options);
}

}  // namespace binnacle::server
