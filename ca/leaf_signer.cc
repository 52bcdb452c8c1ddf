#include "ca/leaf_signer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ca/certificate_der.h"
#include "ca/der.h"
#include "ca/digest.h"
#include "ca/serial_number.h"

namespace binnacle::ca {
namespace {

constexpr size_t kKeyIdBytes = 20;
constexpr size_t kMaxDnsNameBytes = 253;

// SEQUENCE { OID rsaEncryption, NULL }, as a SubjectPublicKeyInfo begins.
constexpr absl::string_view kRsaKey("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
                                    15);

// Whole extensions that never differ.
constexpr absl::string_view kNoAuthority("\x30\x0c\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x02\x30\x00",
                                         14);
constexpr absl::string_view kUsageEc(
    "\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07\x80", 16);
constexpr absl::string_view kUsageRsa(
    "\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x05\xa0", 16);
constexpr absl::string_view kServerAndClient(
    "\x30\x1d\x06\x03\x55\x1d\x25\x04\x16\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
    "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02",
    31);
constexpr absl::string_view kServerOnly(
    "\x30\x13\x06\x03\x55\x1d\x25\x04\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01", 21);

void AppendExtension(absl::string_view oid, bool critical, absl::string_view value,
                     std::string* out) {
  const size_t extension = BeginDer(kDerSequence, out);
  AppendDer(kDerOid, oid, out);
  if (critical) out->append("\x01\x01\xff", 3);
  AppendDer(kDerOctetString, value, out);
  EndDer(extension, out);
}

bool IsRsa(absl::string_view public_key_info) {
  DerReader outer(public_key_info);
  return absl::StartsWith(outer.Read(kDerSequence).value_or(""), kRsaKey);
}

// What the issuer calls its key; empty if it does not say.
std::string AuthorityKeyId(const CertificateDer& issuer) {
  const ExtensionDer* own = issuer.Find(kOidSubjectKeyIdentifier);
  if (own == nullptr) return "";
  DerReader reader(own->value);
  const auto id = reader.Read(kDerOctetString);
  if (!id.has_value() || id->empty()) return "";
  std::string extension;
  AppendExtension(kOidAuthorityKeyIdentifier, /*critical=*/false,
                  Der(kDerSequence, Der(DerContext(0), *id)), &extension);
  return extension;
}

// RFC 7093, method 1.
std::string KeyIdOf(absl::string_view public_key_info) {
  return Sha256(PublicKeyBits(public_key_info)).substr(0, kKeyIdBytes);
}

bool IsDnsName(absl::string_view name) {
  absl::ConsumePrefix(&name, "*.");
  if (name.empty() || name.size() > kMaxDnsNameBytes || name.front() == '.' || name.back() == '.') {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string AddressBytes(const std::string& name) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, name.c_str(), bytes) == 1) {
    return std::string(reinterpret_cast<char*>(bytes), 4);
  }
  if (inet_pton(AF_INET6, name.c_str(), bytes) == 1) {
    return std::string(reinterpret_cast<char*>(bytes), 16);
  }
  return "";
}

}  // namespace

absl::StatusOr<LeafSigner> LeafSigner::Make(const Issuer& issuer) {
  auto key = SigningKey::Make(issuer.key);
  if (!key.ok()) return key.status();
  const CertificateDer& parts = issuer.certificate.parts();
  return LeafSigner(*std::move(key), std::string(parts.subject), AuthorityKeyId(parts));
}

void LeafSigner::AppendExtensions(const Leaf& leaf, std::string* out) const {
  const size_t wrapped = BeginDer(DerContextMany(3), out);
  const size_t list = BeginDer(kDerSequence, out);
  absl::StrAppend(out, kNoAuthority, IsRsa(leaf.public_key_info) ? kUsageRsa : kUsageEc,
                  leaf.use == LeafUse::kWorkload ? kServerAndClient : kServerOnly,
                  authority_key_id_);
  AppendExtension(kOidSubjectKeyIdentifier, /*critical=*/false,
                  Der(kDerOctetString, KeyIdOf(leaf.public_key_info)), out);
  AppendExtension(kOidSubjectAltName, /*critical=*/true, leaf.alt_names, out);
  EndDer(list, out);
  EndDer(wrapped, out);
}

void LeafSigner::AppendTbs(const Leaf& leaf, absl::string_view serial, std::string* out) const {
  constexpr absl::string_view kVersion3("\xa0\x03\x02\x01\x02", 5);
  constexpr absl::string_view kNoSubject("\x30\x00", 2);
  const size_t tbs = BeginDer(kDerSequence, out);
  absl::StrAppend(out, kVersion3, DerUnsigned(serial), key_.algorithm(), issuer_name_);
  const size_t validity = BeginDer(kDerSequence, out);
  absl::StrAppend(out, DerTime(leaf.not_before), DerTime(leaf.not_after));
  EndDer(validity, out);
  absl::StrAppend(out, kNoSubject, leaf.public_key_info);
  AppendExtensions(leaf, out);
  EndDer(tbs, out);
}

absl::StatusOr<Certificate> LeafSigner::Sign(const Leaf& leaf) const {
  constexpr size_t kUsualBytes = 1024;
  const auto serial = NewSerialNumber();
  if (!serial.ok()) return serial.status();
  std::string der;
  der.reserve(kUsualBytes);
  const size_t certificate = BeginDer(kDerSequence, &der);
  AppendTbs(leaf, *serial, &der);
  const auto signature = key_.Sign(absl::string_view(der).substr(certificate));
  if (!signature.ok()) return signature.status();
  absl::StrAppend(&der, key_.algorithm(), DerWholeBytes(*signature));
  EndDer(certificate, &der);
  return Certificate::FromOwnDer(std::move(der));
}

std::string UriAltName(absl::string_view uri) { return Der(kDerSequence, Der(DerContext(6), uri)); }

absl::StatusOr<std::string> ServerAltNames(const std::vector<std::string>& names) {
  if (names.empty()) return absl::InvalidArgumentError("a server's certificate needs a name");
  std::string list;
  for (const std::string& name : names) {
    if (const std::string address = AddressBytes(name); !address.empty()) {
      AppendDer(DerContext(7), address, &list);
    } else if (IsDnsName(name)) {
      AppendDer(DerContext(2), name, &list);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name, "\" is neither a DNS name nor an IP address"));
    }
  }
  return Der(kDerSequence, list);
}

absl::StatusOr<std::string> PublicKeyInfoOf(const PrivateKey& key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  if (size <= 0) {
    return absl::InternalError(absl::StrCat("cannot encode a public key: ", TakeOpenSslErrors()));
  }
  std::string info(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return info;
}

}  // namespace binnacle::ca
