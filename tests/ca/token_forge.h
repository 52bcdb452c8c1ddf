// tests/ca/token_forge.h
//
// Tokens of any content, signed with OpenSSL and not with the library under
// test, and the keys for them.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ca/openssl.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"
#include "openssl/ec.h"
#include "openssl/ecdsa.h"
#include "openssl/hmac.h"
#include "openssl/pem.h"
#include "openssl/rsa.h"

namespace binnacle::ca {

inline EvpKeyPtr NewEcKey(const char* curve) {
  EvpKeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
  REQUIRE(key != nullptr);
  return key;
}

inline EvpKeyPtr NewRsaKey(size_t bits) {
  EvpKeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
  REQUIRE(key != nullptr);
  return key;
}

inline std::string PublicPemOf(EVP_PKEY* key) {
  const BioPtr out = WriteBio();
  REQUIRE(PEM_write_bio_PUBKEY(out.get(), key) == 1);
  return TextOf(out.get());
}

inline std::string Base64Url(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

// From DER to r and s side by side, as JOSE has it.
inline std::string RawEcSignature(const std::string& der, const EVP_PKEY* key) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, Freed<&ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())));
  REQUIRE(signature != nullptr);
  const int bytes = (EVP_PKEY_get_bits(key) + 7) / 8;
  std::string raw(2 * static_cast<size_t>(bytes), '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, bytes) == bytes);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + bytes, bytes) == bytes);
  return raw;
}

inline std::string SignatureOf(const std::string& text, EVP_PKEY* key, const char* digest) {
  const std::unique_ptr<EVP_MD_CTX, Freed<&EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) ==
          1);
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
  std::string signature(size, '\0');
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         data, text.size()) == 1);
  signature.resize(size);
  return EVP_PKEY_is_a(key, "EC") == 1 ? RawEcSignature(signature, key) : signature;
}

// "ES256" and "RS256" have SHA256, and so on.
inline std::string Token(const nlohmann::json& header, const nlohmann::json& claims,
                         EVP_PKEY* key) {
  const std::string text = absl::StrCat(Base64Url(header.dump()), ".", Base64Url(claims.dump()));
  const std::string digest = absl::StrCat("SHA", header.value("alg", "ES256").substr(2));
  return absl::StrCat(text, ".", Base64Url(SignatureOf(text, key, digest.c_str())));
}

inline std::string HmacToken(const nlohmann::json& header, const nlohmann::json& claims,
                             const std::string& secret) {
  const std::string text = absl::StrCat(Base64Url(header.dump()), ".", Base64Url(claims.dump()));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return absl::StrCat(text, ".", Base64Url({reinterpret_cast<const char*>(mac), size}));
}

}  // namespace binnacle::ca
