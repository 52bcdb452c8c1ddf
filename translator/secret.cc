#include "translator/secret.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/policy/kubernetes.pb.h"
#include "translator/key_material.h"
#include "translator/rule_credential.h"
#include "translator/server_credential.h"

namespace binnacle::translator {
namespace {

using envoy::extensions::transport_sockets::tls::v3::Secret;
using Result = Translated<Secret>;

constexpr absl::string_view kSecretScheme = "kubernetes://";
constexpr absl::string_view kConfigMapScheme = "configmap://";
constexpr absl::string_view kRootsSuffix = "-cacert";

// nullptr if there is none, or it is empty.
const std::string* ValueOf(const policy::v1::Secret& secret, const std::string& key) {
  if (auto it = secret.string_data().find(key); it != secret.string_data().end()) {
    return it->second.empty() ? nullptr : &it->second;
  }
  auto it = secret.data().find(key);
  return it == secret.data().end() || it->second.empty() ? nullptr : &it->second;
}

bool IsForeign(const policy::v1::Secret& secret) {
  return absl::StartsWith(secret.type(), "helm.sh/") ||
         secret.type() == "kubernetes.io/service-account-token";
}

const policy::Object* FindSecret(mesh::View& view, const ProxyClass& proxy,
                                 absl::string_view name) {
  const auto* object = view.Find<mesh::FactKind::kSecret>(mesh::Qualified(proxy.ns, name));
  if (object == nullptr || IsForeign(object->As<policy::v1::Secret>())) return nullptr;
  return object;
}

struct CertificateKeys {
  const char* certificate;
  const char* key;
  const char* staple;  // OCSP
};
constexpr CertificateKeys kCertificateKeys[] = {{"cert", "key", "tls.ocsp-staple"},
                                                {"tls.crt", "tls.key", "tls.ocsp-staple"}};

bool SetCertificate(const policy::v1::Secret& from, const CertificateKeys& keys, Secret& to) {
  const std::string* certificate = ValueOf(from, keys.certificate);
  const std::string* key = ValueOf(from, keys.key);
  if (certificate == nullptr || key == nullptr || !IsKeyPair(*certificate, *key)) return false;
  auto& out = *to.mutable_tls_certificate();
  out.mutable_certificate_chain()->set_inline_bytes(*certificate);
  out.mutable_private_key()->set_inline_bytes(*key);
  const std::string* staple = ValueOf(from, keys.staple);
  if (staple != nullptr && IsOcspStaple(*staple)) {
    out.mutable_ocsp_staple()->set_inline_bytes(*staple);
  }
  return true;
}

bool SetRoots(const policy::v1::Secret& from, const std::string& roots, const std::string& crl,
              Secret& to) {
  const std::string* certificates = ValueOf(from, roots);
  if (certificates == nullptr || !AreRoots(*certificates)) return false;
  auto& out = *to.mutable_validation_context();
  out.mutable_trusted_ca()->set_inline_bytes(*certificates);
  // Without the list revoked clients would be let in: rather none at all.
  if (const std::string* revoked = ValueOf(from, crl)) {
    if (!IsRevocationList(*revoked)) return false;
    out.mutable_crl()->set_inline_bytes(*revoked);
  }
  return true;
}

std::optional<Result> Named(absl::string_view name, const policy::Object& object, Secret secret) {
  secret.set_name(std::string(name));
  return Result{std::move(secret), {object.origin}};
}

std::optional<Result> Certificate(mesh::View& view, const ProxyClass& proxy, absl::string_view name,
                                  absl::string_view secret_name) {
  const policy::Object* object = FindSecret(view, proxy, secret_name);
  if (object == nullptr) return std::nullopt;
  const auto& from = object->As<policy::v1::Secret>();
  for (const CertificateKeys& keys : kCertificateKeys) {
    Secret secret;
    if (SetCertificate(from, keys, secret)) return Named(name, *object, std::move(secret));
  }
  return std::nullopt;
}

std::optional<Result> RootsIn(mesh::View& view, const ProxyClass& proxy, absl::string_view name,
                              absl::string_view secret_name) {
  const policy::Object* object = FindSecret(view, proxy, secret_name);
  if (object == nullptr) return std::nullopt;
  const auto& from = object->As<policy::v1::Secret>();
  Secret secret;
  if (SetRoots(from, "cacert", "crl", secret) || SetRoots(from, "ca.crt", "ca.crl", secret)) {
    return Named(name, *object, std::move(secret));
  }
  return std::nullopt;
}

// A secret of its own, or else the roots beside the certificate.
std::optional<Result> Roots(mesh::View& view, const ProxyClass& proxy, absl::string_view name,
                            absl::string_view secret_name) {
  if (auto own = RootsIn(view, proxy, name, secret_name)) return own;
  absl::ConsumeSuffix(&secret_name, kRootsSuffix);
  return RootsIn(view, proxy, name, secret_name);
}

std::string WhyNoCertificate(const policy::v1::Secret& from) {
  for (const CertificateKeys& keys : kCertificateKeys) {
    const std::string* certificate = ValueOf(from, keys.certificate);
    const std::string* key = ValueOf(from, keys.key);
    if (certificate != nullptr && key != nullptr) return KeyPairFault(*certificate, *key);
  }
  return "it has no certificate with its key: neither tls.crt and tls.key nor cert and key";
}

// "" if they can be used.
std::string WhyNoRoots(const policy::v1::Secret& from) {
  const std::string* certificates = ValueOf(from, "cacert");
  const bool generic = certificates != nullptr;
  if (!generic) certificates = ValueOf(from, "ca.crt");
  if (certificates == nullptr) return "it has no roots: neither cacert nor ca.crt";
  if (!AreRoots(*certificates)) return "its roots are no certificates in PEM";
  const std::string* revoked = ValueOf(from, generic ? "crl" : "ca.crl");
  if (revoked != nullptr && !IsRevocationList(*revoked)) {
    return "its list of revoked certificates is none in PEM";
  }
  return "";
}

std::string Said(absl::string_view secret, absl::string_view why) {
  return absl::StrCat("Secret ", secret, " cannot be used: ", why);
}

// Of the secret alone, whoever may have it.
std::string WhyNotUsable(mesh::View& view, const ProxyClass& proxy, absl::string_view secret_name,
                         bool roots) {
  const std::string qualified = mesh::Qualified(proxy.ns, secret_name);
  const auto* object = view.Find<mesh::FactKind::kSecret>(qualified);
  if (object == nullptr) return absl::StrCat("there is no Secret ", qualified);
  const auto& from = object->As<policy::v1::Secret>();
  if (IsForeign(from)) return Said(qualified, absl::StrCat("it is of type ", from.type()));
  const std::string why = roots ? WhyNoRoots(from) : WhyNoCertificate(from);
  return why.empty() ? "" : Said(qualified, why);
}

std::string WhyNoRootsAt(mesh::View& view, const ProxyClass& proxy, absl::string_view secret_name) {
  if (view.Find<mesh::FactKind::kSecret>(mesh::Qualified(proxy.ns, secret_name)) != nullptr) {
    return WhyNotUsable(view, proxy, secret_name, /*roots=*/true);
  }
  // Where people put them more often.
  const absl::string_view beside = absl::StripSuffix(secret_name, kRootsSuffix);
  return absl::StrCat("there is no Secret ", mesh::Qualified(proxy.ns, secret_name), ", and ",
                      WhyNotUsable(view, proxy, beside, /*roots=*/true));
}

// "ns/name": roots are public, so any proxy may have them.
std::optional<Result> RootsInConfigMap(mesh::View& view, absl::string_view name,
                                       absl::string_view qualified) {
  const auto* object = view.Find<mesh::FactKind::kConfigMap>(qualified);
  if (object == nullptr) return std::nullopt;
  const auto& from = object->As<policy::v1::ConfigMap>();
  for (const char* key : {"cacert", "ca.crt"}) {
    auto it = from.data().find(key);
    if (it == from.data().end() || !AreRoots(it->second)) continue;
    Secret secret;
    secret.mutable_validation_context()->mutable_trusted_ca()->set_inline_bytes(it->second);
    return Named(name, *object, std::move(secret));
  }
  return std::nullopt;
}

// `secret_name` may be that of the roots beside the secret that a rule names.
bool MayHave(mesh::View& view, const ProxyClass& proxy, absl::string_view name,
             absl::string_view secret_name) {
  if (proxy.type == ProxyType::kGateway && ServerNamesSecret(view, proxy, name)) return true;
  return RuleNamesCredential(view, proxy, secret_name) ||
         RuleNamesCredential(view, proxy, absl::StripSuffix(secret_name, kRootsSuffix));
}

}  // namespace

std::optional<Result> BuildSecret(mesh::View& view, const ProxyClass& proxy,
                                  absl::string_view name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, kConfigMapScheme)) return RootsInConfigMap(view, name, rest);
  if (!absl::ConsumePrefix(&rest, kSecretScheme)) return std::nullopt;
  // Names of other namespaces would hold a slash: those are not given.
  if (rest.empty() || absl::StrContains(rest, "/")) return std::nullopt;
  if (!proxy.authenticated || proxy.type == ProxyType::kGrpc) return std::nullopt;
  auto secret = absl::EndsWith(rest, kRootsSuffix) ? Roots(view, proxy, name, rest)
                                                   : Certificate(view, proxy, name, rest);
  // Asked last: names that are made up cost one look, not one at every rule.
  if (secret.has_value() && !MayHave(view, proxy, name, rest)) return std::nullopt;
  return secret;
}

std::string WhyNoSecret(mesh::View& view, const ProxyClass& proxy, absl::string_view name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, kConfigMapScheme)) {
    return view.Find<mesh::FactKind::kConfigMap>(rest) == nullptr
               ? absl::StrCat("there is no ConfigMap ", rest)
               : absl::StrCat("ConfigMap ", rest,
                              " has no roots in PEM: neither cacert nor ca.crt");
  }
  if (!absl::ConsumePrefix(&rest, kSecretScheme)) {
    return absl::StrCat("\"", name, "\" is no name of a Secret or a ConfigMap");
  }
  if (rest.empty() || absl::StrContains(rest, "/")) {
    return absl::StrCat("\"", rest, "\" names a namespace: Secrets are had from the proxy's own, ",
                        proxy.ns);
  }
  const bool roots = absl::EndsWith(rest, kRootsSuffix);
  std::string why =
      roots ? WhyNoRootsAt(view, proxy, rest) : WhyNotUsable(view, proxy, rest, /*roots=*/false);
  if (!why.empty()) return why;
  return "the proxy has not proved who it is, and Secrets are given to no other: it has to come "
         "over TLS, with a certificate that its Pod does not contradict";
}

}  // namespace binnacle::translator
