#include "ca/verification_keys.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ca/json_web_key.h"
#include "ca/key_file.h"
#include "ca/key_url.h"
#include "ca/openssl.h"
#include "ca/token_algorithm.h"
#include "openssl/err.h"
#include "openssl/pem.h"

namespace binnacle::ca {
namespace {

constexpr size_t kMaxKeys = 100;  // a token without key id is tried with each

// What stands between two lines of dashes.
struct PemBlock {
  std::string name;
  std::string der;
};

template <typename T>
using Freeable = std::unique_ptr<T, decltype([](T* memory) { OPENSSL_free(memory); })>;

// Nothing at the end, or where nothing that is PEM follows.
bool NextBlock(BIO* bio, PemBlock& block) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  const bool read = PEM_read_bio(bio, &name, &header, &data, &size) == 1;
  const Freeable<char> free_name(name);
  const Freeable<char> free_header(header);
  const Freeable<unsigned char> free_data(data);
  if (!read) return false;
  block.name = name;
  block.der.assign(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  return true;
}

absl::StatusOr<VerificationKey> KeyOf(const PemBlock& block) {
  const auto* der = reinterpret_cast<const unsigned char*>(block.der.data());
  const long size = static_cast<long>(block.der.size());
  EvpKeyPtr key;
  if (block.name == "PUBLIC KEY") {
    key.reset(d2i_PUBKEY(nullptr, &der, size));
  } else if (block.name == "RSA PUBLIC KEY") {
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, size));
  } else if (block.name == "CERTIFICATE") {
    const X509Ptr certificate(d2i_X509(nullptr, &der, size));
    if (certificate != nullptr) key.reset(X509_get_pubkey(certificate.get()));
  } else if (absl::EndsWith(block.name, "PRIVATE KEY")) {
    return absl::InvalidArgumentError("a private key does not belong here; its public half does");
  } else {
    return absl::InvalidArgumentError(absl::StrCat("\"", block.name, "\" is no public key"));
  }
  if (key == nullptr) return absl::InvalidArgumentError(TakeOpenSslErrors());
  auto pem = TokenKeyPem(key.get());
  if (!pem.ok()) return pem.status();
  return VerificationKey{"", "", *std::move(pem)};
}

absl::StatusOr<std::vector<VerificationKey>> ParsePem(absl::string_view text) {
  const BioPtr bio = ReadBio(text);
  std::vector<VerificationKey> keys;
  for (PemBlock block; NextBlock(bio.get(), block);) {
    auto key = KeyOf(block);
    OPENSSL_cleanse(block.der.data(), block.der.size());  // it might have been a private one
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("block ", keys.size() + 1, ": ", key.status().message()));
    }
    keys.push_back(*std::move(key));
  }
  const unsigned long end = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
    return absl::InvalidArgumentError(absl::StrCat("block ", keys.size() + 1, " is damaged"));
  }
  return keys;
}

class FixedKeySource final : public KeySource {
 public:
  explicit FixedKeySource(std::vector<VerificationKey> keys)
      : keys_(std::make_shared<const std::vector<VerificationKey>>(std::move(keys))) {}

  absl::StatusOr<std::shared_ptr<const std::vector<VerificationKey>>> Current(
      absl::string_view /*wanted_id*/) override {
    return keys_;
  }

 private:
  const std::shared_ptr<const std::vector<VerificationKey>> keys_;
};

}  // namespace

absl::StatusOr<std::vector<VerificationKey>> ParseVerificationKeys(absl::string_view text) {
  const bool is_json = absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{");
  auto keys = is_json ? ParseJsonWebKeySet(text) : ParsePem(text);
  if (!keys.ok()) return keys.status();
  if (keys->empty()) {
    return absl::InvalidArgumentError(
        "no keys in it: public keys or certificates as PEM, or a JWK Set, are wanted");
  }
  if (keys->size() > kMaxKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat(keys->size(), " keys in it; ", kMaxKeys, " at most are taken"));
  }
  return keys;
}

std::unique_ptr<KeySource> FixedKeys(std::vector<VerificationKey> keys) {
  return std::make_unique<FixedKeySource>(std::move(keys));
}

absl::StatusOr<std::unique_ptr<KeySource>> KeysFrom(const std::string& where) {
  return absl::StrContains(where, "://") ? KeysFromUrl(where) : KeysFromFile(where);
}

}  // namespace binnacle::ca
