#include "translator/downstream_tls.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "translator/config_source.h"
#include "translator/message_space.h"
#include "translator/secret.h"
#include "translator/server_credential.h"
#include "translator/subject_alt_name.h"
#include "translator/tls_cipher.h"
#include "translator/typed_config.h"

namespace binnacle::translator {

using envoy::config::core::v3::ConfigSource;
using envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext;
using envoy::extensions::transport_sockets::tls::v3::CommonTlsContext;
using envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;
using envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
using envoy::extensions::transport_sockets::tls::v3::TlsParameters;
using policy::v1::MeshConfig;
using policy::v1::ServerTlsSettings;
using policy::v1::TlsConfig;

namespace {

// How long a listener's start may be held up by a secret that is not there, and
// by files that the agent may not find.
constexpr int kMissingSecretMillis = 100;
constexpr int kFilePatienceSeconds = 5;

constexpr int kSocketConfig = 3;  // field of TransportSocket

std::string Wrap(const DownstreamTlsContext& context) {
  return NamedConfig("envoy.transport_sockets.tls", kSocketConfig, context);
}

void FromAgent(absl::string_view name, SdsSecretConfig& out) {
  out.set_name(std::string(name));
  SetAgent(*out.mutable_sds_config());
}

void FromAgentsFiles(absl::string_view name, SdsSecretConfig& out) {
  FromAgent(name, out);
  out.mutable_sds_config()->mutable_initial_fetch_timeout()->set_seconds(kFilePatienceSeconds);
}

// A secret that is there is waited for, as a connection before it has come
// would be refused. One that is not must not keep other hosts from starting.
void FromServer(mesh::View& view, const ProxyClass& proxy, const std::string& name,
                SdsSecretConfig& out) {
  out.set_name(name);
  ConfigSource& source = *out.mutable_sds_config();
  SetAds(source);
  source.clear_initial_fetch_timeout();
  if (!BuildSecret(view, proxy, name).has_value()) {
    source.mutable_initial_fetch_timeout()->set_nanos(kMissingSecretMillis * 1'000'000);
  }
}

bool IsMeshIdentity(absl::string_view secret_name) {
  return absl::StartsWith(secret_name, "builtin://");
}

void SetIdentity(CommonTlsContext& common) {
  FromAgent("default", *common.add_tls_certificate_sds_secret_configs());
}

void SetMeshRoots(CommonTlsContext& common) {
  FromAgent("ROOTCA", *common.mutable_combined_validation_context()
                           ->mutable_validation_context_sds_secret_config());
}

// Callers of every trust domain that stands for the mesh's.
void AcceptTrustDomains(const MeshConfig& config, const EnvoyVersion& envoy,
                        CertificateValidationContext& context) {
  AddAcceptedUriPrefix(absl::StrCat("spiffe://", config.trust_domain(), "/"), envoy, context);
  for (const std::string& alias : config.trust_domain_aliases()) {
    AddAcceptedUriPrefix(absl::StrCat("spiffe://", alias, "/"), envoy, context);
  }
}

TlsParameters::TlsProtocol Version(TlsConfig::Protocol protocol) {
  switch (protocol) {
    case TlsConfig::TLSV1_2:
      return TlsParameters::TLSv1_2;
    case TlsConfig::TLSV1_3:
      return TlsParameters::TLSv1_3;
    default:
      return TlsParameters::TLS_AUTO;
  }
}

TlsParameters::TlsProtocol Version(ServerTlsSettings::Protocol protocol) {
  switch (protocol) {
    case ServerTlsSettings::TLSV1_0:
      return TlsParameters::TLSv1_0;
    case ServerTlsSettings::TLSV1_1:
      return TlsParameters::TLSv1_1;
    case ServerTlsSettings::TLSV1_2:
      return TlsParameters::TLSv1_2;
    case ServerTlsSettings::TLSV1_3:
      return TlsParameters::TLSv1_3;
    default:
      return TlsParameters::TLS_AUTO;
  }
}

void SetMeshParameters(const TlsConfig& settings, TlsParameters& params) {
  params.set_tls_minimum_protocol_version(settings.min_protocol_version() == TlsConfig::TLSV1_3
                                              ? TlsParameters::TLSv1_3
                                              : TlsParameters::TLSv1_2);
  params.set_tls_maximum_protocol_version(TlsParameters::TLSv1_3);
  const auto ciphers = KnownCiphers(settings.cipher_suites());
  params.mutable_cipher_suites()->Add(ciphers.begin(), ciphers.end());
  if (!ciphers.empty()) return;
  for (absl::string_view cipher : MeshCiphers()) params.add_cipher_suites(std::string(cipher));
}

// What the server leaves open the mesh's defaults say; what they leave open,
// Envoy's own.
void SetParameters(const ServerTlsSettings& tls, const TlsConfig& defaults,
                   CommonTlsContext& common) {
  TlsParameters params;
  params.set_tls_minimum_protocol_version(tls.min_protocol_version() == ServerTlsSettings::TLS_AUTO
                                              ? Version(defaults.min_protocol_version())
                                              : Version(tls.min_protocol_version()));
  params.set_tls_maximum_protocol_version(Version(tls.max_protocol_version()));
  auto ciphers = KnownCiphers(tls.cipher_suites());
  if (ciphers.empty()) ciphers = KnownCiphers(defaults.cipher_suites());
  params.mutable_cipher_suites()->Add(ciphers.begin(), ciphers.end());
  const auto curves = KnownCurves(defaults.ecdh_curves());
  params.mutable_ecdh_curves()->Add(curves.begin(), curves.end());
  if (params.ByteSizeLong() > 0) *common.mutable_tls_params() = std::move(params);
}

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

std::vector<CertificateFiles> Files(const ServerTlsSettings& tls) {
  std::vector<CertificateFiles> files;
  if (!tls.server_certificate().empty()) {
    files.push_back({tls.server_certificate(), tls.private_key()});
  }
  for (const auto& pair : tls.tls_certificates()) {
    files.push_back({pair.server_certificate(), pair.private_key()});
  }
  return files;
}

void SetFile(const CertificateFiles& files, bool agent, CommonTlsContext& common) {
  if (agent) {
    FromAgentsFiles(absl::StrCat("file-cert:", files.certificate, "~", files.key),
                    *common.add_tls_certificate_sds_secret_configs());
    return;
  }
  auto& certificate = *common.add_tls_certificates();
  certificate.mutable_certificate_chain()->set_filename(files.certificate);
  certificate.mutable_private_key()->set_filename(files.key);
}

// False if there is none to be had.
bool SetCertificates(mesh::View& view, const ProxyClass& proxy, const ServerTlsSettings& tls,
                     CommonTlsContext& common) {
  const auto secrets = CertificateSecretNames(tls);
  for (const std::string& name : secrets) {
    if (!IsMeshIdentity(name)) {
      FromServer(view, proxy, name, *common.add_tls_certificate_sds_secret_configs());
    } else if (proxy.agent) {
      SetIdentity(common);
    }
  }
  if (secrets.empty()) {
    for (const CertificateFiles& files : Files(tls)) SetFile(files, proxy.agent, common);
  }
  return common.tls_certificate_sds_secret_configs_size() + common.tls_certificates_size() > 0;
}

bool AsksForCertificate(const ServerTlsSettings& tls) {
  return tls.mode() == ServerTlsSettings::MUTUAL ||
         tls.mode() == ServerTlsSettings::OPTIONAL_MUTUAL ||
         tls.mode() == ServerTlsSettings::ISTIO_MUTUAL;
}

// What is checked besides the trusted roots.
void SetChecks(const ServerTlsSettings& tls, const ProxyClass& proxy,
               CertificateValidationContext& context) {
  AddAcceptedNames({tls.subject_alt_names().begin(), tls.subject_alt_names().end()}, proxy.envoy,
                   context);
  *context.mutable_verify_certificate_spki() = tls.verify_certificate_spki();
  *context.mutable_verify_certificate_hash() = tls.verify_certificate_hash();
  if (!tls.ca_crl().empty()) context.mutable_crl()->set_filename(tls.ca_crl());
}

const std::string& RootsFile(const ServerTlsSettings& tls) {
  if (tls.ca_certificates().empty() && !tls.tls_certificates().empty()) {
    return tls.tls_certificates(0).ca_certificates();
  }
  return tls.ca_certificates();
}

void SetValidation(mesh::View& view, const ProxyClass& proxy, const ServerTlsSettings& tls,
                   CommonTlsContext& common) {
  const std::string secret = RootsSecretName(tls);
  if (secret.empty() && !proxy.agent) {
    auto& context = *common.mutable_validation_context();
    context.mutable_trusted_ca()->set_filename(RootsFile(tls));
    SetChecks(tls, proxy, context);
    return;
  }
  auto& combined = *common.mutable_combined_validation_context();
  SetChecks(tls, proxy, *combined.mutable_default_validation_context());
  auto& roots = *combined.mutable_validation_context_sds_secret_config();
  if (secret.empty()) {
    FromAgentsFiles(absl::StrCat("file-root:", RootsFile(tls)), roots);
  } else if (IsMeshIdentity(secret)) {
    FromAgent("ROOTCA", roots);
  } else {
    FromServer(view, proxy, secret, roots);
  }
}

}  // namespace

std::string BuildMeshTlsSocket(const MeshConfig& config, const ProxyClass& proxy,
                               bool certificate_required) {
  MessageSpace space;
  auto& context = space.New<DownstreamTlsContext>();
  context.mutable_require_client_certificate()->set_value(certificate_required);
  CommonTlsContext& common = *context.mutable_common_tls_context();
  SetMeshParameters(config.mesh_mtls(), *common.mutable_tls_params());
  SetIdentity(common);
  SetMeshRoots(common);
  AcceptTrustDomains(
      config, proxy.envoy,
      *common.mutable_combined_validation_context()->mutable_default_validation_context());
  common.add_alpn_protocols("h2");
  common.add_alpn_protocols("http/1.1");
  return Wrap(context);
}

std::optional<std::string> BuildGatewayTlsSocket(mesh::View& view, const ProxyClass& proxy,
                                                 const ServerTlsSettings& tls) {
  DownstreamTlsContext context;
  CommonTlsContext& common = *context.mutable_common_tls_context();
  context.mutable_require_client_certificate()->set_value(
      AsksForCertificate(tls) && tls.mode() != ServerTlsSettings::OPTIONAL_MUTUAL);
  common.add_alpn_protocols("h2");
  common.add_alpn_protocols("http/1.1");
  if (tls.mode() == ServerTlsSettings::ISTIO_MUTUAL) {
    if (!proxy.agent) return std::nullopt;
    SetMeshParameters(view.settings().config.mesh_mtls(), *common.mutable_tls_params());
    SetIdentity(common);
    SetMeshRoots(common);
    SetChecks(tls, proxy,
              *common.mutable_combined_validation_context()->mutable_default_validation_context());
    return Wrap(context);
  }
  SetParameters(tls, view.settings().config.tls_defaults(), common);
  if (!SetCertificates(view, proxy, tls, common)) return std::nullopt;
  if (AsksForCertificate(tls)) SetValidation(view, proxy, tls, common);
  return Wrap(context);
}

}  // namespace binnacle::translator
