#include "agent/trust.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "agent/secret_resource.h"
#include "agent/text_file.h"
#include "ca/certificate.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

using ca::Certificate;

absl::StatusOr<std::vector<Certificate>> Roots(absl::string_view pem) {
  auto roots = Certificate::ListFromPem(pem);
  if (!roots.ok()) return roots.status();
  for (const Certificate& root : *roots) {
    if (!root.is_authority()) {
      return absl::InvalidArgumentError(absl::StrCat("the certificate ", root.subject(),
                                                     " (serial ", root.serial(),
                                                     ") is no authority, so it cannot be a root"));
    }
  }
  return roots;
}

absl::StatusOr<std::string> ReadRoots(const std::string& path) {
  auto text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  const auto roots = Roots(text->view());
  if (!roots.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", roots.status().message()));
  }
  return text->text();
}

std::string Fingerprints(const ca::TrustBundle& bundle) {
  std::string text;
  for (const Certificate& root : bundle.roots()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", root.fingerprint().substr(0, 16), " until ",
                    absl::FormatTime("%Y-%m-%d", root.not_after(), absl::UTCTimeZone()));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trust>> Trust::Open(const std::string& root_file,
                                                   SecretStore& store) {
  auto content = ReadRoots(root_file);
  if (!content.ok()) return content.status();
  return std::unique_ptr<Trust>(new Trust(root_file, *std::move(content), store));
}

std::string Trust::ForServer() {
  auto content = ReadRoots(root_file_);  // before the lock: a disk may be slow
  const absl::MutexLock lock(&mu_);
  if (content.ok()) content_ = *std::move(content);
  if (bundle_ == nullptr) return content_;
  if (content_ == first_content_) return bundle_->pem();
  return absl::StrCat(bundle_->pem(), "\n", content_);
}

absl::StatusOr<std::string> Trust::Take(absl::string_view pem) {
  auto roots = Roots(pem);
  if (!roots.ok()) return roots.status();
  const absl::MutexLock lock(&mu_);
  return PublishLocked(*std::move(roots));
}

void Trust::TakeRootsOf(const ca::WorkloadCertificate& certificate) {
  const absl::MutexLock lock(&mu_);
  std::vector<Certificate> roots;
  if (bundle_ != nullptr) roots = bundle_->roots();
  for (const Certificate& root : certificate.roots) {
    if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.push_back(root);
  }
  PublishLocked(std::move(roots));
}

std::string Trust::PublishLocked(std::vector<Certificate> roots) {
  auto bundle = std::make_shared<const ca::TrustBundle>(std::move(roots));
  if (bundle_ == nullptr || bundle_->version() != bundle->version()) {
    spdlog::info("trust bundle: {} root(s): {}", bundle->roots().size(), Fingerprints(*bundle));
  }
  bundle_ = std::move(bundle);
  return store_.Put(std::string(kTrustedRoots), RootsSecret(kTrustedRoots, bundle_->pem()));
}

std::shared_ptr<const ca::TrustBundle> Trust::bundle() const {
  const absl::MutexLock lock(&mu_);
  return bundle_;
}

}  // namespace binnacle::agent
