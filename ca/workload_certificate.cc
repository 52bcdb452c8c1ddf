#include "ca/workload_certificate.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ca/trust_bundle.h"
#include "openssl/x509.h"

namespace binnacle::ca {
namespace {

absl::Status Unusable(absl::string_view reason) {
  return absl::InternalError(
      absl::StrCat("the certificate that the control plane sent cannot be used: ", reason));
}

std::string Pem(const std::vector<Certificate>& certificates) {
  return absl::StrJoin(certificates, "", [](std::string* out, const Certificate& one) {
    absl::StrAppend(out, one.pem());
    if (!out->empty() && out->back() != '\n') out->push_back('\n');
  });
}

// Splits what came into the chain and the roots: those that signed themselves,
// or else (a plugged-in anchor need not have) the last.
void Split(std::vector<Certificate> all, WorkloadCertificate& out) {
  const bool has_root = all.size() > 1 && X509_self_signed(all.back().x509(), 0) == 1;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool is_root =
        i > 0 && (has_root ? X509_self_signed(all[i].x509(), 0) == 1 : i + 1 == all.size());
    (is_root ? out.roots : out.chain).push_back(std::move(all[i]));
  }
}

}  // namespace

absl::StatusOr<WorkloadCertificatePtr> WorkloadCertificate::Read(
    PrivateKey key, const std::vector<std::string>& answer, absl::Time now) {
  auto all = Certificate::ListFromPem(absl::StrJoin(answer, "\n"));
  if (!all.ok()) return Unusable(all.status().message());
  if (all->size() < 2) return Unusable("it came without a root");
  if (X509_check_private_key(all->front().x509(), key.get()) != 1) {
    return Unusable("it is for another key");
  }
  auto read =
      std::make_shared<WorkloadCertificate>(WorkloadCertificate{std::move(key), {}, {}, now});
  Split(*std::move(all), *read);
  const auto verified = TrustBundle(read->roots).Verify(read->chain, now);
  if (!verified.ok()) return Unusable(verified.status().message());
  return read;
}

std::string WorkloadCertificate::ChainPem() const { return Pem(chain); }

std::string WorkloadCertificate::name() const {
  const auto& names = leaf().uri_names();
  return names.empty() ? leaf().subject() : absl::StrJoin(names, ", ");
}

}  // namespace binnacle::ca
