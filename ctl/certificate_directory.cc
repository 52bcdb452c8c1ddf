#include "ctl/certificate_directory.h"

#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "ca/file.h"
#include "ca/time_text.h"
#include "ca/trust_bundle.h"
#include "openssl/x509.h"

namespace binnacle::ctl {
namespace {

absl::Status InFile(const std::string& file, const absl::Status& why) {
  return absl::Status(why.code(), absl::StrCat(file, ": ", why.message()));
}

absl::StatusOr<ca::PrivateKey> ReadKey(const std::string& file) {
  const auto text = ca::ReadWholeFile(file, ca::FileReaders::kOwnerOnly);
  if (!text.ok()) return text.status();
  auto key = ca::PrivateKey::FromPem(text->view());
  if (!key.ok()) return InFile(file, key.status());
  return key;
}

absl::StatusOr<std::vector<ca::Certificate>> ReadCertificates(const std::string& file) {
  const auto text = ca::ReadWholeFile(file, ca::FileReaders::kAnyone);
  if (!text.ok()) return text.status();
  auto certificates = ca::Certificate::ListFromPem(text->view());
  if (!certificates.ok()) return InFile(file, certificates.status());
  return certificates;
}

bool HoldsKey(const std::string& file, absl::string_view pem) {
  const auto held = ca::ReadWholeFile(file, ca::FileReaders::kOwnerOnly);
  return held.ok() && held->view() == pem;
}

}  // namespace

absl::StatusOr<ca::WorkloadCertificate> CertificateDirectory::Read(absl::Time now) const {
  auto key = ReadKey(key_file());
  if (!key.ok()) return key.status();
  auto chain = ReadCertificates(chain_file());
  if (!chain.ok()) return chain.status();
  auto roots = ReadCertificates(roots_file());
  if (!roots.ok()) return roots.status();
  ca::WorkloadCertificate held{*std::move(key), *std::move(chain), *std::move(roots), now};
  if (X509_check_private_key(held.leaf().x509(), held.key.get()) != 1) {
    ca::TakeOpenSslErrors();
    return absl::InvalidArgumentError(
        absl::StrCat(chain_file(), ": its certificate is for another key than ", key_file()));
  }
  if (!held.ValidAt(now)) {
    return absl::FailedPreconditionError(absl::StrCat(chain_file(), ": its certificate expired at ",
                                                      ca::TimeText(held.leaf().not_after())));
  }
  return held;
}

absl::Status CertificateDirectory::Write(const ca::WorkloadCertificate& certificate) const {
  if (mkdir(path_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path_));
  }
  const ca::SecretText key_pem = certificate.key.ToPem();
  if (!HoldsKey(key_file(), key_pem.view())) {
    if (auto written = ca::ReplaceFile(key_file(), key_pem.view()); !written.ok()) return written;
  }
  const std::string roots_pem = ca::TrustBundle(certificate.roots).pem();
  if (auto written = ca::ReplaceFile(roots_file(), roots_pem); !written.ok()) return written;
  return ca::ReplaceFile(chain_file(), certificate.ChainPem());
}

}  // namespace binnacle::ctl
