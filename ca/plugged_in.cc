#include "ca/plugged_in.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ca/file.h"
#include "ca/time_text.h"

namespace binnacle::ca {
namespace {

absl::Status Wrong(const std::string& path, absl::string_view reason) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", reason));
}

absl::StatusOr<SecretText> ReadPart(const std::string& path, FileReaders readers) {
  auto text = ReadWholeFile(path, readers);
  if (absl::IsNotFound(text.status())) return Wrong(path, "there is no such file");
  return text;
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  const auto text = ReadPart(path, FileReaders::kAnyone);
  if (!text.ok()) return text.status();
  auto certificate = Certificate::FromPem(text->view());
  if (!certificate.ok()) return Wrong(path, certificate.status().message());
  return certificate;
}

absl::StatusOr<PrivateKey> ReadKey(const std::string& path) {
  const auto text = ReadPart(path, FileReaders::kOwnerOnly);
  if (!text.ok()) return text.status();
  auto key = PrivateKey::FromPem(text->view());
  if (!key.ok()) return Wrong(path, key.status().message());
  return key;
}

absl::StatusOr<std::vector<Certificate>> ReadChain(const std::string& path) {
  const auto text = ReadWholeFile(path, FileReaders::kAnyone);
  if (absl::IsNotFound(text.status())) return std::vector<Certificate>();
  if (!text.ok()) return text.status();
  if (absl::StripAsciiWhitespace(text->view()).empty()) return std::vector<Certificate>();
  auto chain = Certificate::ListFromPem(text->view());
  if (!chain.ok()) return Wrong(path, chain.status().message());
  return chain;
}

bool SignsItself(const Certificate& root) {
  const bool self = X509_check_issued(root.x509(), root.x509()) == X509_V_OK &&
                    X509_verify(root.x509(), X509_get0_pubkey(root.x509())) == 1;
  TakeOpenSslErrors();
  return self;
}

absl::StatusOr<std::vector<Certificate>> ReadRoots(const std::string& path) {
  const auto text = ReadPart(path, FileReaders::kAnyone);
  if (!text.ok()) return text.status();
  auto roots = Certificate::ListFromPem(text->view());
  if (!roots.ok()) return Wrong(path, roots.status().message());
  for (const Certificate& root : *roots) {
    if (!root.is_authority() || !SignsItself(root)) {
      return Wrong(path, absl::StrCat("certificate ", root.serial(), " (", root.subject(),
                                      ") is not a root: an authority that signs itself"));
    }
  }
  return roots;
}

absl::Status CheckTime(const std::string& path, const Certificate& certificate, absl::Time now) {
  if (now >= certificate.not_after()) {
    return Wrong(path, absl::StrCat("it expired at ", TimeText(certificate.not_after())));
  }
  if (now < certificate.not_before()) {
    return Wrong(path, absl::StrCat("it is valid from ", TimeText(certificate.not_before())));
  }
  return absl::OkStatus();
}

// From `certificate` up to, but without, a root; in this order, whatever the
// order in the file, and without what does not belong there.
absl::StatusOr<std::vector<Certificate>> WayToRoot(const Certificate& certificate,
                                                   const std::vector<Certificate>& chain,
                                                   const std::vector<Certificate>& roots,
                                                   absl::Time now) {
  const X509StorePtr store(X509_STORE_new());
  for (const Certificate& root : roots) X509_STORE_add_cert(store.get(), root.x509());
  const X509StackPtr others(sk_X509_new_null());
  for (const Certificate& other : chain) sk_X509_push(others.get(), other.x509());
  const X509StoreContextPtr context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate.x509(), others.get()) != 1) {
    return absl::InternalError(absl::StrCat("cannot check a chain: ", TakeOpenSslErrors()));
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  if (X509_verify_cert(context.get()) != 1) {
    const int error = X509_STORE_CTX_get_error(context.get());
    TakeOpenSslErrors();
    return absl::FailedPreconditionError(X509_verify_cert_error_string(error));
  }
  std::vector<Certificate> way;
  STACK_OF(X509)* const found = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i + 1 < sk_X509_num(found); ++i) {
    X509* const step = sk_X509_value(found, i);
    if (i == 0) way.push_back(certificate);
    for (const Certificate& other : chain) {
      if (i > 0 && X509_cmp(other.x509(), step) == 0) {
        way.push_back(other);
        break;
      }
    }
  }
  return way;
}

}  // namespace

absl::StatusOr<Issuer> ReadPluggedIn(const std::string& directory, absl::string_view trust_domain,
                                     absl::Time now) {
  const std::string certificate_path = directory + "/ca-cert.pem";
  auto certificate = ReadCertificate(certificate_path);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadKey(directory + "/ca-key.pem");
  if (!key.ok()) return key.status();
  const auto chain = ReadChain(directory + "/cert-chain.pem");
  if (!chain.ok()) return chain.status();
  auto roots = ReadRoots(directory + "/root-cert.pem");
  if (!roots.ok()) return roots.status();
  if (auto good = CheckTime(certificate_path, *certificate, now); !good.ok()) return good;

  auto way = WayToRoot(*certificate, *chain, *roots, now);
  if (!way.ok()) {
    return Wrong(
        certificate_path,
        absl::StrCat("it does not lead through cert-chain.pem to a root of root-cert.pem: ",
                     way.status().message()));
  }
  Issuer issuer{*std::move(key), *std::move(certificate), *std::move(way), *std::move(roots)};
  if (auto signs = CheckSigns(issuer, trust_domain, now); !signs.ok()) {
    return Wrong(directory, signs.message());
  }
  return issuer;
}

}  // namespace binnacle::ca
