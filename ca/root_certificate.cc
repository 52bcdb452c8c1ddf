#include "ca/root_certificate.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ca/clock_skew.h"
#include "ca/spiffe_id.h"
#include "openssl/rand.h"

namespace binnacle::ca {
namespace {

constexpr size_t kSerialBytes = 16;

absl::Status Failed() {
  return absl::InternalError(absl::StrCat("cannot make a root: ", TakeOpenSslErrors()));
}

bool SetSerial(X509* root, absl::string_view serial) {
  BIGNUM* number = BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                             static_cast<int>(serial.size()), nullptr);
  const bool set =
      number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(root)) != nullptr;
  BN_free(number);
  return set;
}

bool AddNamePart(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

// The date and a part of the serial tell one root from another. An organisation
// may have 64 characters, a trust domain 255.
bool SetNames(X509* root, const std::string& trust_domain, absl::string_view serial,
              absl::Time now) {
  X509_NAME* const name = X509_get_subject_name(root);
  const std::string common =
      absl::StrCat("Binnacle root ", absl::FormatTime("%Y-%m-%d ", now, absl::UTCTimeZone()),
                   absl::BytesToHexString(serial.substr(0, 4)));
  return AddNamePart(name, "O", trust_domain.substr(0, 64)) && AddNamePart(name, "CN", common) &&
         X509_set_issuer_name(root, name) == 1;
}

bool SetValidity(X509* root, absl::Time not_before, absl::Time not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(root), absl::ToTimeT(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(root), absl::ToTimeT(not_after)) != nullptr;
}

bool AddExtension(X509* root, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, root, root, nullptr, nullptr, 0);
  const X509ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(root, extension.get(), -1) == 1;
}

bool AddExtensions(X509* root, const std::string& trust_domain) {
  return AddExtension(root, NID_basic_constraints, "critical,CA:TRUE") &&
         AddExtension(root, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         AddExtension(root, NID_subject_key_identifier, "hash") &&
         AddExtension(root, NID_authority_key_identifier, "keyid:always") &&
         AddExtension(root, NID_subject_alt_name, absl::StrCat("URI:spiffe://", trust_domain));
}

absl::StatusOr<Certificate> ReadBack(X509* root) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(root, &der);
  if (size <= 0) return Failed();
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return Certificate::FromDer(std::move(bytes));
}

}  // namespace

absl::StatusOr<Issuer> MakeRoot(const std::string& trust_domain, KeyAlgorithm algorithm,
                                absl::Duration lifetime, absl::Time now) {
  if (auto good = CheckTrustDomain(trust_domain); !good.ok()) return good;
  if (lifetime < absl::Seconds(1)) {
    return absl::InvalidArgumentError("a root needs a lifetime");
  }
  auto key = PrivateKey::Generate(algorithm);
  if (!key.ok()) return key.status();
  std::string serial(kSerialBytes, '\0');
  const X509Ptr root(X509_new());
  const EVP_MD* digest = algorithm == KeyAlgorithm::kEcP384 ? EVP_sha384() : EVP_sha256();
  const bool made =
      root != nullptr &&
      RAND_bytes(reinterpret_cast<unsigned char*>(serial.data()), kSerialBytes) == 1 &&
      X509_set_version(root.get(), X509_VERSION_3) == 1 && SetSerial(root.get(), serial) &&
      SetNames(root.get(), trust_domain, serial, now) &&
      SetValidity(root.get(), now - kClockSkew, now + lifetime) &&
      X509_set_pubkey(root.get(), key->get()) == 1 && AddExtensions(root.get(), trust_domain) &&
      X509_sign(root.get(), key->get(), digest) > 0;
  if (!made) return Failed();
  auto certificate = ReadBack(root.get());
  if (!certificate.ok()) return certificate.status();
  return Issuer{*std::move(key), *certificate, {}, {*certificate}};
}

}  // namespace binnacle::ca
