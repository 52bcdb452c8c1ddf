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
#include "openssl/rand.h"

namespace binnacle::ca {
namespace {

constexpr size_t kSerialBytes = 16;
constexpr size_t kKeyIdBytes = 20;
constexpr size_t kMaxDnsNameBytes = 253;

// Whole AlgorithmIdentifiers.
constexpr absl::string_view kEcdsaSha256 = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
constexpr absl::string_view kEcdsaSha384 = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";
constexpr absl::string_view kRsaSha256(
    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 15);
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

std::string Extension(absl::string_view oid, bool critical, absl::string_view value) {
  std::string content = Der(kDerOid, oid);
  if (critical) content.append("\x01\x01\xff", 3);
  AppendDer(kDerOctetString, value, &content);
  return Der(kDerSequence, content);
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
  return Extension(kOidAuthorityKeyIdentifier, false, Der(kDerSequence, Der(DerContext(0), *id)));
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

struct Algorithm {
  absl::string_view der;
  const EVP_MD* digest;
};

Algorithm AlgorithmFor(const EVP_PKEY* key) {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const kSha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
  if (EVP_PKEY_is_a(key, "RSA") == 1) return {kRsaSha256, kSha256};
  if (EVP_PKEY_get_bits(key) > 256) return {kEcdsaSha384, kSha384};
  return {kEcdsaSha256, kSha256};
}

}  // namespace

absl::StatusOr<LeafSigner> LeafSigner::Make(const Issuer& issuer) {
  const auto parts = ParseCertificateDer(issuer.certificate.der());
  if (!parts.ok()) return parts.status();
  const Algorithm algorithm = AlgorithmFor(issuer.key.get());
  LeafSigner signer;
  signer.algorithm_ = std::string(algorithm.der);
  signer.issuer_name_ = std::string(parts->subject);
  signer.authority_key_id_ = AuthorityKeyId(*parts);
  signer.max_signature_bytes_ = static_cast<size_t>(EVP_PKEY_get_size(issuer.key.get()));
  signer.ready_.reset(EVP_MD_CTX_new());
  if (signer.ready_ == nullptr || EVP_DigestSignInit(signer.ready_.get(), nullptr, algorithm.digest,
                                                     nullptr, issuer.key.get()) != 1) {
    return absl::InternalError(absl::StrCat("cannot sign: ", TakeOpenSslErrors()));
  }
  return signer;
}

std::string LeafSigner::Extensions(const Leaf& leaf) const {
  std::string list;
  list.reserve(512);
  absl::StrAppend(&list, kNoAuthority, IsRsa(leaf.public_key_info) ? kUsageRsa : kUsageEc,
                  leaf.use == LeafUse::kWorkload ? kServerAndClient : kServerOnly,
                  authority_key_id_);
  list += Extension(kOidSubjectKeyIdentifier, false,
                    Der(kDerOctetString, KeyIdOf(leaf.public_key_info)));
  list += Extension(kOidSubjectAltName, /*critical=*/true, leaf.alt_names);
  return Der(DerContextMany(3), Der(kDerSequence, list));
}

std::string LeafSigner::Tbs(const Leaf& leaf, absl::string_view serial) const {
  constexpr absl::string_view kVersion3("\xa0\x03\x02\x01\x02", 5);
  constexpr absl::string_view kNoSubject("\x30\x00", 2);
  return Der(kDerSequence, absl::StrCat(kVersion3, DerUnsigned(serial), algorithm_, issuer_name_,
                                        Der(kDerSequence, absl::StrCat(DerTime(leaf.not_before),
                                                                       DerTime(leaf.not_after))),
                                        kNoSubject, leaf.public_key_info, Extensions(leaf)));
}

absl::StatusOr<std::string> LeafSigner::Signature(absl::string_view tbs) const {
  const EvpMdContextPtr context(EVP_MD_CTX_new());
  // The leading NUL says that no bits of the BIT STRING are unused.
  std::string signature(1 + max_signature_bytes_, '\0');
  size_t size = max_signature_bytes_;
  if (context == nullptr || EVP_MD_CTX_copy_ex(context.get(), ready_.get()) != 1) {
    return absl::InternalError(absl::StrCat("cannot sign: ", TakeOpenSslErrors()));
  }
  // It is used once, so that OpenSSL need not work on another copy.
  EVP_MD_CTX_set_flags(context.get(), EVP_MD_CTX_FLAG_FINALISE);
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data() + 1), &size,
                     reinterpret_cast<const unsigned char*>(tbs.data()), tbs.size()) != 1) {
    return absl::InternalError(absl::StrCat("cannot sign: ", TakeOpenSslErrors()));
  }
  signature.resize(1 + size);
  return signature;
}

absl::StatusOr<Certificate> LeafSigner::Sign(const Leaf& leaf) const {
  std::string serial(kSerialBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(serial.data()), kSerialBytes) != 1) {
    return absl::InternalError(absl::StrCat("no random numbers: ", TakeOpenSslErrors()));
  }
  const std::string tbs = Tbs(leaf, serial);
  const auto signature = Signature(tbs);
  if (!signature.ok()) return signature.status();
  return Certificate::FromOwnDer(
      Der(kDerSequence, absl::StrCat(tbs, algorithm_, Der(kDerBitString, *signature))));
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
