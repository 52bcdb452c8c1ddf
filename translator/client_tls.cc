#include "translator/client_tls.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "translator/config_source.h"
#include "translator/subject_alt_name.h"
#include "translator/tls_cipher.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::ConfigSource;
using envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext;
using envoy::extensions::transport_sockets::tls::v3::CommonTlsContext;
using envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
using envoy::extensions::transport_sockets::tls::v3::TlsParameters;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using policy::v1::ClientTlsSettings;

// A secret that never comes must not keep its cluster, and with it the proxy,
// from starting: after this the cluster is up and its connections fail.
constexpr int kSecretPatienceSeconds = 5;

void SetSecret(absl::string_view name, ConfigSource source, SdsSecretConfig& out) {
  source.mutable_initial_fetch_timeout()->set_seconds(kSecretPatienceSeconds);
  out.set_name(std::string(name));
  *out.mutable_sds_config() = std::move(source);
}

bool IsConfigMap(absl::string_view credential) {
  return absl::StartsWith(credential, "configmap://");
}

void SetParameters(const policy::v1::TlsConfig& defaults, TlsParameters& params) {
  params.set_tls_minimum_protocol_version(
      defaults.min_protocol_version() == policy::v1::TlsConfig::TLSV1_3 ? TlsParameters::TLSv1_3
                                                                        : TlsParameters::TLSv1_2);
  params.set_tls_maximum_protocol_version(TlsParameters::TLSv1_3);
  // Envoy would refuse the whole cluster for a word that it does not know.
  const auto ciphers = KnownCiphers(defaults.cipher_suites());
  params.mutable_cipher_suites()->Add(ciphers.begin(), ciphers.end());
  const auto curves = KnownCurves(defaults.ecdh_curves());
  params.mutable_ecdh_curves()->Add(curves.begin(), curves.end());
}

void SetFileCertificate(const ClientTlsSettings& tls, bool agent, CommonTlsContext& common) {
  if (agent) {
    SetSecret(absl::StrCat("file-cert:", tls.client_certificate(), "~", tls.private_key()),
              AgentConfigSource(), *common.add_tls_certificate_sds_secret_configs());
    return;
  }
  auto& certificate = *common.add_tls_certificates();
  certificate.mutable_certificate_chain()->set_filename(tls.client_certificate());
  certificate.mutable_private_key()->set_filename(tls.private_key());
}

void SetCertificate(const ClientTlsSettings& tls, bool agent, CommonTlsContext& common) {
  if (tls.mode() != ClientTlsSettings::MUTUAL) return;
  if (tls.credential_name().empty()) {
    SetFileCertificate(tls, agent, common);
  } else if (!IsConfigMap(tls.credential_name())) {
    SetSecret(absl::StrCat("kubernetes://", tls.credential_name()), AdsConfigSource(),
              *common.add_tls_certificate_sds_secret_configs());
  }
}

// What is checked besides the trusted roots.
void SetChecks(const ClientTlsSettings& tls, const ProxyClass& proxy,
               CertificateValidationContext& context) {
  AddAcceptedNames({tls.subject_alt_names().begin(), tls.subject_alt_names().end()}, proxy.envoy,
                   context);
  if (!tls.ca_crl().empty()) context.mutable_crl()->set_filename(tls.ca_crl());
}

void SetFileValidation(const ClientTlsSettings& tls, const ProxyClass& proxy,
                       CommonTlsContext& common) {
  const bool system = tls.ca_certificates().empty();
  if (!proxy.agent) {
    auto& context = *common.mutable_validation_context();
    context.mutable_trusted_ca()->set_filename(system ? std::string(kSystemRoots)
                                                      : tls.ca_certificates());
    SetChecks(tls, proxy, context);
    return;
  }
  auto& combined = *common.mutable_combined_validation_context();
  SetChecks(tls, proxy, *combined.mutable_default_validation_context());
  SetSecret(absl::StrCat("file-root:", system ? "system" : tls.ca_certificates()),
            AgentConfigSource(), *combined.mutable_validation_context_sds_secret_config());
}

void SetValidation(const ClientTlsSettings& tls, const ProxyClass& proxy,
                   CommonTlsContext& common) {
  if (tls.insecure_skip_verify().value()) return;
  const std::string& credential = tls.credential_name();
  if (credential.empty()) {
    SetFileValidation(tls, proxy, common);
    return;
  }
  auto& combined = *common.mutable_combined_validation_context();
  SetChecks(tls, proxy, *combined.mutable_default_validation_context());
  SetSecret(
      IsConfigMap(credential) ? credential : absl::StrCat("kubernetes://", credential, "-cacert"),
      AdsConfigSource(), *combined.mutable_validation_context_sds_secret_config());
}

}  // namespace

bool CanHaveCredential(const ClientTlsSettings& tls, const ProxyClass& proxy,
                       const mesh::Rule* rule) {
  if (tls.credential_name().empty() || IsConfigMap(tls.credential_name())) return true;
  if (proxy.type == ProxyType::kGateway) return true;
  return rule != nullptr && !rule->selector.empty();
}

UpstreamTlsContext ClientTlsContext(const ClientTlsSettings& tls,
                                    const policy::v1::MeshConfig& mesh, const ProxyClass& proxy,
                                    UpstreamHttp http) {
  UpstreamTlsContext context;
  context.set_sni(tls.sni());
  CommonTlsContext& common = *context.mutable_common_tls_context();
  SetParameters(mesh.tls_defaults(), *common.mutable_tls_params());
  SetCertificate(tls, proxy.agent, common);
  SetValidation(tls, proxy, common);
  if (http == UpstreamHttp::kHttp2) common.add_alpn_protocols("h2");
  return context;
}

NameFromRequest NamesFromRequest(const ClientTlsSettings& tls) {
  NameFromRequest names;
  names.sni = tls.sni().empty();
  names.san_check = tls.subject_alt_names().empty() && !tls.insecure_skip_verify().value();
  return names;
}

}  // namespace binnacle::translator
