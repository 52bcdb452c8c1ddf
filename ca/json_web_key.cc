#include "ca/json_web_key.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "ca/base64url.h"
#include "ca/openssl.h"
#include "ca/token_algorithm.h"
#include "nlohmann/json.hpp"
#include "openssl/core_names.h"
#include "openssl/param_build.h"

namespace binnacle::ca {
namespace {

using nlohmann::json;
using BigNumberPtr = std::unique_ptr<BIGNUM, Freed<&BN_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freed<&OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freed<&OSSL_PARAM_free>>;

struct Curve {
  absl::string_view jwk;
  const char* openssl;
  size_t bytes;  // of a coordinate
};

constexpr Curve kCurves[] = {
    {"P-256", "prime256v1", 32}, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", 66}};

// Empty if there is no such member, or it is no text.
std::string Text(const json& key, const char* member) {
  const auto found = key.find(member);
  return found != key.end() && found->is_string() ? found->get_ref<const std::string&>() : "";
}

absl::StatusOr<std::string> Bytes(const json& key, const char* member) {
  auto bytes = DecodeBase64Url(Text(key, member));
  if (!bytes.has_value() || bytes->empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", member, "\" is no base64url"));
  }
  return *std::move(bytes);
}

BigNumberPtr Number(const std::string& bytes) {
  return BigNumberPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()), nullptr));
}

absl::StatusOr<std::string> PublicPem(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const EvpKeyContextPtr making(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  if (params == nullptr || making == nullptr || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return absl::InvalidArgumentError(TakeOpenSslErrors());
  }
  const EvpKeyPtr key(raw);
  const EvpKeyContextPtr checking(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (checking == nullptr || EVP_PKEY_public_check(checking.get()) != 1) {
    return absl::InvalidArgumentError(TakeOpenSslErrors());
  }
  return TokenKeyPem(key.get());
}

absl::StatusOr<std::string> RsaPem(const json& key) {
  const auto modulus = Bytes(key, "n");
  if (!modulus.ok()) return modulus.status();
  const auto exponent = Bytes(key, "e");
  if (!exponent.ok()) return exponent.status();
  constexpr size_t kMaxBytes = 8192 / 8;
  if (modulus->size() > kMaxBytes || exponent->size() > 8) {
    return absl::InvalidArgumentError("larger than any RSA key that is taken");
  }
  const BigNumberPtr n = Number(*modulus);
  const BigNumberPtr e = Number(*exponent);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return absl::InternalError(TakeOpenSslErrors());
  }
  return PublicPem("RSA", builder.get());
}

absl::StatusOr<std::string> EcPem(const json& key, const Curve& curve) {
  const auto x = Bytes(key, "x");
  if (!x.ok()) return x.status();
  const auto y = Bytes(key, "y");
  if (!y.ok()) return y.status();
  if (x->size() != curve.bytes || y->size() != curve.bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a coordinate on ", curve.jwk, " has ", curve.bytes, " bytes"));
  }
  const std::string point = absl::StrCat("\x04", *x, *y);  // uncompressed
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl,
                                      0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return absl::InternalError(TakeOpenSslErrors());
  }
  return PublicPem("EC", builder.get());
}

bool IsForVerifying(const json& key) {
  if (const auto use = key.find("use"); use != key.end() && *use != "sig") return false;
  const auto operations = key.find("key_ops");
  if (operations != key.end() &&
      (!operations->is_array() ||
       std::find(operations->begin(), operations->end(), "verify") == operations->end())) {
    return false;
  }
  return !key.contains("alg") || TokenAlgorithmNamed(Text(key, "alg")).has_value();
}

// Nothing: a key that is not for us.
absl::StatusOr<std::optional<VerificationKey>> ParseKey(const json& key) {
  if (!key.is_object()) return absl::InvalidArgumentError("is no object");
  if (!IsForVerifying(key)) return std::nullopt;
  absl::StatusOr<std::string> pem;
  const std::string type = Text(key, "kty");
  if (type == "RSA") {
    pem = RsaPem(key);
  } else if (type == "EC") {
    const std::string name = Text(key, "crv");
    const auto* curve = std::find_if(std::begin(kCurves), std::end(kCurves),
                                     [&](const Curve& known) { return known.jwk == name; });
    if (curve == std::end(kCurves)) return std::nullopt;
    pem = EcPem(key, *curve);
  } else {
    return std::nullopt;
  }
  if (!pem.ok()) return pem.status();
  return VerificationKey{Text(key, "kid"), Text(key, "alg"), *std::move(pem)};
}

}  // namespace

absl::StatusOr<std::vector<VerificationKey>> ParseJsonWebKeySet(absl::string_view text) {
  const json set = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  const json* keys = nullptr;
  if (set.is_object()) {
    if (const auto found = set.find("keys"); found != set.end()) keys = &*found;
  }
  if (keys == nullptr || !keys->is_array()) {
    return absl::InvalidArgumentError("is no JWK Set: {\"keys\": [...]} is wanted");
  }
  std::vector<VerificationKey> parsed;
  std::string fault;
  for (size_t i = 0; i < keys->size(); ++i) {
    auto key = ParseKey((*keys)[i]);
    if (!key.ok()) fault = absl::StrCat(": keys[", i, "]: ", key.status().message());
    if (key.ok() && key->has_value()) parsed.push_back(**std::move(key));
  }
  if (parsed.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("no key in it can verify a token", fault));
  }
  return parsed;
}

}  // namespace binnacle::ca
