#include "ca/token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ca/openssl.h"
#include "ca/spiffe_id.h"
#include "ca/token_algorithm.h"
#include "jwt.h"
#include "openssl/rand.h"

namespace binnacle::ca {
namespace {

constexpr char kKeyFile[] = "token-key.pem";

using JwtPtr = std::unique_ptr<jwt_t, Freed<&jwt_free>>;

absl::StatusOr<PrivateKey> ReadOrMakeKey(Storage& storage) {
  const auto stored = storage.Read(kKeyFile);
  if (stored.ok()) {
    auto key = PrivateKey::FromPem(stored->view());
    if (!key.ok() || !AlgorithmFits(JWT_ALG_ES256, key->get())) {
      return absl::DataLossError(absl::StrCat(
          kKeyFile,
          ": is no private key on P-256; put back a copy, or remove it to have a new one "
          "made (tokens made until now will not be accepted any more)"));
    }
    return key;
  }
  if (!absl::IsNotFound(stored.status())) return stored.status();
  auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256);
  if (!key.ok()) return key.status();
  const SecretText pem = key->ToPem();
  if (auto written = storage.Write(kKeyFile, pem.view()); !written.ok()) return written;
  return key;
}

absl::StatusOr<std::string> RandomId() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) return absl::InternalError(TakeOpenSslErrors());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof(bytes)));
}

struct Claims {
  std::string subject;
  std::string id;
  int64_t issued = 0;
  int64_t expires = 0;
};

// libjwt's functions return 0 on success.
bool Add(jwt_t* jwt, const Claims& claims) {
  return jwt_add_grant(jwt, "iss", kTokenIssuer.data()) == 0 &&
         jwt_add_grant(jwt, "aud", kTokenAudience.data()) == 0 &&
         jwt_add_grant(jwt, "sub", claims.subject.c_str()) == 0 &&
         jwt_add_grant(jwt, "jti", claims.id.c_str()) == 0 &&
         jwt_add_grant_int(jwt, "iat", claims.issued) == 0 &&
         jwt_add_grant_int(jwt, "nbf", claims.issued) == 0 &&
         jwt_add_grant_int(jwt, "exp", claims.expires) == 0;
}

absl::StatusOr<SecretText> Sign(const Claims& claims, const PrivateKey& key) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return absl::InternalError("no token could be made");
  const JwtPtr jwt(raw);
  const SecretText pem = key.ToPem();
  if (!Add(jwt.get(), claims) ||
      jwt_set_alg(jwt.get(), JWT_ALG_ES256,
                  reinterpret_cast<const unsigned char*>(pem.text().data()),
                  static_cast<int>(pem.text().size())) != 0) {
    return absl::InternalError("no token could be made");
  }
  char* text = jwt_encode_str(jwt.get());
  if (text == nullptr) {
    return absl::InternalError(
        absl::StrCat("the token could not be signed: ", TakeOpenSslErrors()));
  }
  SecretText token{std::string(text)};
  OPENSSL_cleanse(text, token.text().size());
  free(text);  // libjwt's is malloc'ed
  return token;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenIssuer>> TokenIssuer::Open(Storage& storage,
                                                               const Clock& clock) {
  auto key = ReadOrMakeKey(storage);
  if (!key.ok()) return key.status();
  return std::unique_ptr<TokenIssuer>(new TokenIssuer(*std::move(key), clock));
}

absl::StatusOr<SecretText> TokenIssuer::Make(absl::string_view ns,
                                             absl::string_view service_account,
                                             absl::Duration lifetime) const {
  // The trust domain does not matter: names must be fit for an identity.
  const auto id = SpiffeId::Make("cluster.local", ns, service_account);
  if (!id.ok()) return id.status();
  if (lifetime < absl::Seconds(1) || lifetime > kMaxLifetime) {
    return absl::InvalidArgumentError(absl::StrCat("a token lives between 1s and ",
                                                   absl::FormatDuration(kMaxLifetime), ", not ",
                                                   absl::FormatDuration(lifetime)));
  }
  auto token_id = RandomId();
  if (!token_id.ok()) return token_id.status();
  const absl::Time now = clock_.Now();
  return Sign({absl::StrCat("system:serviceaccount:", ns, ":", service_account),
               *std::move(token_id), absl::ToUnixSeconds(now), absl::ToUnixSeconds(now + lifetime)},
              key_);
}

}  // namespace binnacle::ca
