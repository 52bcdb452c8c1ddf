#include "ca/certificate.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ca/certificate_der.h"
#include "ca/der.h"
#include "ca/digest.h"
#include "ca/pem.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kLabel = "CERTIFICATE";
constexpr absl::string_view kEmptyName("\x30\x00", 2);

std::string SerialHex(absl::string_view integer) {
  if (integer.size() > 1 && integer[0] == '\0') integer.remove_prefix(1);
  return absl::BytesToHexString(integer);
}

// Empty, if it is no name at all: FromDer() has OpenSSL look at it too.
std::string NameText(absl::string_view der) {
  if (der == kEmptyName) return "";
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const X509NamePtr name(d2i_X509_NAME(nullptr, &bytes, static_cast<long>(der.size())));
  if (name == nullptr) return "";
  const BioPtr bio = WriteBio();
  X509_NAME_print_ex(bio.get(), name.get(), 0, XN_FLAG_RFC2253);
  return TextOf(bio.get());
}

absl::StatusOr<std::vector<PemBlock>> ReadCertificateBlocks(absl::string_view pem) {
  auto blocks = ReadPem(pem);
  if (!blocks.ok()) return blocks.status();
  if (blocks->empty()) {
    return absl::InvalidArgumentError("no certificate: no line \"-----BEGIN CERTIFICATE-----\"");
  }
  for (const PemBlock& block : *blocks) {
    if (block.label != kLabel) {
      return absl::InvalidArgumentError(
          absl::StrCat("a PEM block \"", block.label.substr(0, 40), "\" among certificates"));
    }
  }
  return blocks;
}

}  // namespace

X509* Certificate::Read::x509() const {
  std::call_once(once_, [this] {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* const end = bytes + der.size();
    x509_.reset(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
    if (bytes != end) x509_.reset();
  });
  return x509_.get();
}

absl::StatusOr<Certificate> Certificate::FromOwnDer(std::string der) {
  auto read = std::make_shared<Read>();
  read->der = std::move(der);
  auto parsed = ParseCertificateDer(read->der);
  if (!parsed.ok()) return parsed.status();
  read->parts = *std::move(parsed);
  const CertificateDer& parts = read->parts;
  if (const ExtensionDer* names = parts.Find(kOidSubjectAltName); names != nullptr) {
    auto list = ParseAltNamesDer(names->value);
    if (!list.has_value()) {
      return absl::InvalidArgumentError("a certificate with a damaged list of names");
    }
    read->uri_names = std::move(list->uris);
    read->dns_names = std::move(list->dns);
  }
  if (const ExtensionDer* limits = parts.Find(kOidBasicConstraints); limits != nullptr) {
    const auto authority = SaysAuthority(limits->value);
    if (!authority.has_value()) {
      return absl::InvalidArgumentError("a certificate with damaged basic constraints");
    }
    read->is_authority = *authority;
  }
  read->pem = WritePem(kLabel, read->der);
  read->serial = SerialHex(parts.serial);
  read->fingerprint = Sha256Hex(read->der);
  read->subject = NameText(parts.subject);
  return Certificate(std::move(read));
}

absl::StatusOr<Certificate> Certificate::FromDer(std::string der) {
  auto certificate = FromOwnDer(std::move(der));
  if (!certificate.ok()) return certificate.status();
  X509* const x509 = certificate->x509();
  if (x509 == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a certificate, or a damaged one: ", TakeOpenSslErrors()));
  }
  if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0) {
    TakeOpenSslErrors();
    return absl::InvalidArgumentError("a certificate with a damaged extension");
  }
  return certificate;
}

absl::StatusOr<Certificate> Certificate::FromPem(absl::string_view pem) {
  auto blocks = ReadCertificateBlocks(pem);
  if (!blocks.ok()) return blocks.status();
  if (blocks->size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(blocks->size(), " certificates where there should be one"));
  }
  return FromDer(std::move(blocks->front().der));
}

absl::StatusOr<std::vector<Certificate>> Certificate::ListFromPem(absl::string_view pem) {
  auto blocks = ReadCertificateBlocks(pem);
  if (!blocks.ok()) return blocks.status();
  std::vector<Certificate> certificates;
  for (PemBlock& block : *blocks) {
    auto certificate = FromDer(std::move(block.der));
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  return certificates;
}

absl::StatusOr<SpiffeId> Certificate::spiffe_id() const {
  if (uri_names().size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("a certificate with ", uri_names().size(),
                                                   " URI names; a SPIFFE identity is exactly one"));
  }
  return SpiffeId::Parse(uri_names().front());
}

}  // namespace binnacle::ca
