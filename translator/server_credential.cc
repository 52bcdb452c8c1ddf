#include "translator/server_credential.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"
#include "proto/policy/gateway.pb.h"

namespace binnacle::translator {
namespace {

using policy::v1::ServerTlsSettings;

std::string CertificateName(absl::string_view credential) {
  return absl::StrContains(credential, "://") ? std::string(credential)
                                              : absl::StrCat("kubernetes://", credential);
}

// The secret "<name>-cacert" or, where there is none, the roots within "<name>".
std::string RootsName(absl::string_view credential) {
  std::string name = CertificateName(credential);
  if (absl::StartsWith(name, "configmap://") || absl::EndsWith(name, "-cacert")) return name;
  return absl::StrCat(name, "-cacert");
}

bool Names(const ServerTlsSettings& tls, absl::string_view secret_name) {
  const std::string& roots = tls.ca_cert_credential_name();
  if (!roots.empty() && secret_name == RootsName(roots)) return true;
  return absl::c_any_of(CertificateSecretNames(tls), [&](const std::string& name) {
    return secret_name == name || secret_name == RootsName(name);
  });
}

}  // namespace

std::vector<std::string> CertificateSecretNames(const ServerTlsSettings& tls) {
  if (!tls.credential_name().empty()) return {CertificateName(tls.credential_name())};
  std::vector<std::string> names;
  for (const std::string& credential : tls.credential_names()) {
    names.push_back(CertificateName(credential));
  }
  return names;
}

std::string RootsSecretName(const ServerTlsSettings& tls) {
  if (!tls.ca_cert_credential_name().empty()) return RootsName(tls.ca_cert_credential_name());
  const auto certificates = CertificateSecretNames(tls);
  return certificates.empty() ? "" : RootsName(certificates.front());
}

bool ServerNamesSecret(mesh::View& view, const ProxyClass& proxy, absl::string_view secret_name) {
  return absl::c_any_of(mesh::GatewaysFor(view, proxy.labels), [&](const auto* gateway) {
    return absl::c_any_of(
        gateway->object->template As<policy::v1::Gateway>().servers(),
        [&](const auto& server) { return server.has_tls() && Names(server.tls(), secret_name); });
  });
}

}  // namespace binnacle::translator
