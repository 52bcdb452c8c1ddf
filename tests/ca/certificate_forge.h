// tests/ca/certificate_forge.h
//
// Certificates of every kind, right and wrong, made with OpenSSL alone: nothing
// of ca/ but its types.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ca/certificate.h"
#include "ca/issuer.h"
#include "ca/openssl.h"
#include "ca/private_key.h"
#include "catch2/catch.hpp"

namespace binnacle::ca {

struct Forged {
  PrivateKey key;
  Certificate certificate;
};

struct Forgery {
  std::string name;
  absl::Time not_before;
  absl::Time not_after;
  // As openssl.cnf has them: {NID_basic_constraints, "critical,CA:TRUE"}.
  std::vector<std::pair<int, std::string>> extensions;
  KeyAlgorithm algorithm = KeyAlgorithm::kEcP256;
};

inline std::vector<std::pair<int, std::string>> AuthorityExtensions(
    const std::string& constraints = "critical,CA:TRUE") {
  return {{NID_basic_constraints, constraints},
          {NID_key_usage, "critical,keyCertSign,cRLSign"},
          {NID_subject_key_identifier, "hash"},
          {NID_authority_key_identifier, "keyid"}};
}

inline std::vector<std::pair<int, std::string>> WorkloadExtensions(
    const std::string& uri = "spiffe://cluster.local/ns/production/sa/wordpress") {
  return {{NID_basic_constraints, "critical,CA:FALSE"},
          {NID_key_usage, "critical,digitalSignature"},
          {NID_ext_key_usage, "serverAuth,clientAuth"},
          {NID_subject_alt_name, "critical,URI:" + uri}};
}

inline Certificate ReadBack(X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  REQUIRE(size > 0);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  auto certificate = Certificate::FromDer(std::move(bytes));
  REQUIRE(certificate.ok());
  return *certificate;
}

// Without an issuer: signed by itself.
inline Forged Forge(const Forgery& wanted, const Forged* issuer = nullptr,
                    std::optional<PrivateKey> own_key = std::nullopt) {
  PrivateKey key = own_key.has_value() ? *own_key : *PrivateKey::Generate(wanted.algorithm);
  const X509Ptr x509(X509_new());
  X509_set_version(x509.get(), X509_VERSION_3);
  static int serial = 1000;
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), ++serial);
  X509_NAME* const name = X509_get_subject_name(x509.get());
  if (!wanted.name.empty()) {
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1,
                               0);
  }
  X509* const upper = issuer == nullptr ? x509.get() : issuer->certificate.x509();
  X509_set_issuer_name(x509.get(), X509_get_subject_name(upper));
  ASN1_TIME_set(X509_getm_notBefore(x509.get()), absl::ToTimeT(wanted.not_before));
  ASN1_TIME_set(X509_getm_notAfter(x509.get()), absl::ToTimeT(wanted.not_after));
  X509_set_pubkey(x509.get(), key.get());
  for (const auto& [nid, value] : wanted.extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, upper, x509.get(), nullptr, nullptr, 0);
    const X509ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    REQUIRE(extension != nullptr);
    X509_add_ext(x509.get(), extension.get(), -1);
  }
  EVP_PKEY* const signing = issuer == nullptr ? key.get() : issuer->key.get();
  REQUIRE(X509_sign(x509.get(), signing, EVP_sha256()) > 0);
  return {key, ReadBack(x509.get())};
}

}  // namespace binnacle::ca
