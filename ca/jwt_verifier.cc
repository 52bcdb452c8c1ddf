#include "ca/jwt_verifier.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ca/base64url.h"
#include "ca/openssl.h"
#include "ca/token_algorithm.h"
#include "jwt.h"
#include "nlohmann/json.hpp"
#include "openssl/pem.h"

namespace binnacle::ca {
namespace {

using nlohmann::json;
using JwtPtr = std::unique_ptr<jwt_t, Freed<&jwt_free>>;

constexpr size_t kMaxTokenBytes = 16 << 10;
constexpr absl::Duration kSkew = absl::Seconds(60);
constexpr absl::string_view kServiceAccount = "system:serviceaccount:";

absl::Status NotValid(absl::string_view reason) {
  return WithReason(absl::UnauthenticatedError("the credential is not valid"), reason);
}

// What a token says, for the operator: short, and without characters that
// could pass for another line of a log.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, 80)), "\"");
}

// A token that has been taken apart; nothing in it is believed yet.
struct Parts {
  jwt_alg_t algorithm = JWT_ALG_NONE;
  std::string key_id;
  json claims;
};

std::optional<json> ParseObject(absl::string_view part) {
  const auto text = DecodeBase64Url(part);
  if (!text.has_value()) return std::nullopt;
  json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  return object;
}

const std::string* TextIn(const json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

absl::StatusOr<Parts> TakeApart(absl::string_view token) {
  if (token.size() > kMaxTokenBytes) return NotValid("the token is larger than 16 KiB");
  const std::vector<absl::string_view> sections = absl::StrSplit(token, '.');
  if (sections.size() != 3 || !DecodeBase64Url(sections[2]).has_value()) {
    return NotValid("the token is no signed JWT");
  }
  const auto header = ParseObject(sections[0]);
  auto claims = ParseObject(sections[1]);
  if (!header.has_value() || !claims.has_value()) return NotValid("the token is no signed JWT");
  // RFC 7515, 4.1.11: what must be understood and is not.
  if (header->contains("crit")) return NotValid("the token has critical extensions");
  const std::string* name = TextIn(*header, "alg");
  const auto algorithm = name == nullptr ? std::nullopt : TokenAlgorithmNamed(*name);
  if (!algorithm.has_value()) {
    return NotValid(absl::StrCat("the token's algorithm is ",
                                 name == nullptr ? "missing" : Quoted(*name),
                                 "; RS256 to RS512 and ES256 to ES512 are taken"));
  }
  const std::string* key_id = TextIn(*header, "kid");
  return Parts{*algorithm, key_id == nullptr ? "" : *key_id, *std::move(claims)};
}

bool MayHaveSigned(const VerificationKey& key, const Parts& parts) {
  if (!key.id.empty() && !parts.key_id.empty() && key.id != parts.key_id) return false;
  if (!key.algorithm.empty() && TokenAlgorithmNamed(key.algorithm) != parts.algorithm) return false;
  const BioPtr bio = ReadBio(key.public_pem);
  const EvpKeyPtr parsed(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  return parsed != nullptr && AlgorithmFits(parts.algorithm, parsed.get());
}

// libjwt takes the algorithm from the token, so it gets a key only if that is
// one for this algorithm, and is asked afterwards which one it used.
bool HasSigned(const VerificationKey& key, const std::string& token, jwt_alg_t algorithm) {
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(key.public_pem.data()),
                 static_cast<int>(key.public_pem.size()));
  const JwtPtr decoded(raw);
  TakeOpenSslErrors();
  return failed == 0 && decoded != nullptr && jwt_get_alg(decoded.get()) == algorithm;
}

// A NumericDate: seconds since 1970, perhaps with a fraction.
std::optional<absl::Time> TimeIn(const json& claims, const char* claim) {
  const auto found = claims.find(claim);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds)) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

bool IsMalformedTime(const json& claims, const char* claim) {
  return claims.contains(claim) && !TimeIn(claims, claim).has_value();
}

// The moment up to which it holds.
absl::StatusOr<absl::Time> CheckTimes(const json& claims, absl::Time now) {
  for (const char* claim : {"exp", "nbf", "iat"}) {
    if (IsMalformedTime(claims, claim)) return NotValid(absl::StrCat(claim, " is no time"));
  }
  const auto expires = TimeIn(claims, "exp");
  if (!expires.has_value()) return NotValid("the token has no exp");
  if (now >= *expires + kSkew) {
    return NotValid(absl::StrCat("the token expired at ", absl::FormatTime(*expires)));
  }
  for (const char* claim : {"nbf", "iat"}) {
    const auto from = TimeIn(claims, claim);
    if (from.has_value() && now + kSkew < *from) {
      return NotValid(absl::StrCat("the token is not valid before ", absl::FormatTime(*from)));
    }
  }
  return *expires;
}

absl::Status CheckAudience(const json& claims, const std::vector<std::string>& accepted) {
  const auto wanted = [&](const json& audience) {
    const auto* text = audience.get_ptr<const std::string*>();
    return text != nullptr && std::find(accepted.begin(), accepted.end(), *text) != accepted.end();
  };
  const auto found = claims.find("aud");
  if (found != claims.end()) {
    if (found->is_array() ? std::any_of(found->begin(), found->end(), wanted) : wanted(*found)) {
      return absl::OkStatus();
    }
  }
  return NotValid("the token is for another audience");
}

absl::Status NoIdentity(absl::string_view reason) {
  return WithReason(absl::PermissionDeniedError("the credential is not valid here"), reason);
}

absl::StatusOr<SpiffeId> IdentityIn(const std::string& subject, const std::string& trust_domain) {
  absl::string_view account = subject;
  const std::vector<absl::string_view> names = absl::ConsumePrefix(&account, kServiceAccount)
                                                   ? absl::StrSplit(account, ':')
                                                   : std::vector<absl::string_view>();
  if (names.size() != 2) {
    return NoIdentity(
        absl::StrCat("the token's subject ", Quoted(subject), " is no service account"));
  }
  auto id = SpiffeId::Make(trust_domain, names[0], names[1]);
  if (!id.ok()) {
    return NoIdentity(
        absl::StrCat("the token's subject ", Quoted(subject), ": ", id.status().message()));
  }
  return id;
}

class JwtVerifier final : public TokenVerifier {
 public:
  JwtVerifier(JwtRules rules, std::unique_ptr<KeySource> keys, const Clock& clock)
      : rules_(std::move(rules)), keys_(std::move(keys)), clock_(clock) {}

  absl::StatusOr<Caller> Verify(absl::string_view token) const override {
    const auto parts = TakeApart(token);
    if (!parts.ok()) return parts.status();
    // First of all, so that another issuer's tokens never have keys fetched.
    const std::string* issuer = TextIn(parts->claims, "iss");
    if (issuer == nullptr || *issuer != rules_.issuer) {
      return NotValid(absl::StrCat("the token is of issuer ",
                                   issuer == nullptr ? "none" : Quoted(*issuer), " and not of ",
                                   Quoted(rules_.issuer)));
    }
    if (auto signed_by_us = CheckSignature(std::string(token), *parts); !signed_by_us.ok()) {
      return signed_by_us;
    }
    return CheckClaims(parts->claims);
  }

 private:
  absl::Status CheckSignature(const std::string& token, const Parts& parts) const {
    const auto keys = keys_->Current(parts.key_id);
    if (!keys.ok()) {
      return WithReason(absl::UnavailableError("the credential cannot be checked now"),
                        keys.status().message());
    }
    bool tried = false;
    for (const VerificationKey& key : **keys) {
      if (!MayHaveSigned(key, parts)) continue;
      if (HasSigned(key, token, parts.algorithm)) return absl::OkStatus();
      tried = true;
    }
    if (tried) return NotValid("the token's signature does not hold");
    return NotValid(absl::StrCat("no key with id ", Quoted(parts.key_id), " fits ",
                                 jwt_alg_str(parts.algorithm)));
  }

  absl::StatusOr<Caller> CheckClaims(const json& claims) const {
    const auto expires = CheckTimes(claims, clock_.Now());
    if (!expires.ok()) return expires.status();
    if (auto checked = CheckAudience(claims, rules_.audiences); !checked.ok()) return checked;
    const std::string* subject = TextIn(claims, "sub");
    auto id = IdentityIn(subject == nullptr ? "" : *subject, rules_.trust_domain);
    if (!id.ok()) return id.status();
    return Caller{*std::move(id), absl::StrCat("token ", *subject), *expires};
  }

  const JwtRules rules_;
  const std::unique_ptr<KeySource> keys_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<TokenVerifier> NewJwtVerifier(JwtRules rules, std::unique_ptr<KeySource> keys,
                                              const Clock& clock) {
  return std::make_unique<JwtVerifier>(std::move(rules), std::move(keys), clock);
}

}  // namespace binnacle::ca
