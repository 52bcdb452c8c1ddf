#include "translator/mesh_tls.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "translator/cluster_name.h"
#include "translator/config_source.h"
#include "translator/subject_alt_name.h"

namespace binnacle::translator {
namespace {

using envoy::extensions::transport_sockets::tls::v3::CommonTlsContext;
using envoy::extensions::transport_sockets::tls::v3::TlsParameters;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using Names = std::vector<std::string>;

// An identity counts in every trust domain that stands for the mesh's.
Names InEveryTrustDomain(const Names& identities, const policy::v1::MeshConfig& mesh) {
  Names all = identities;
  const std::string own = absl::StrCat("spiffe://", mesh.trust_domain(), "/");
  for (absl::string_view identity : identities) {
    if (!absl::ConsumePrefix(&identity, own)) continue;
    for (const auto& alias : mesh.trust_domain_aliases()) {
      all.push_back(absl::StrCat("spiffe://", alias, "/", identity));
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Names AcceptedNames(mesh::View& view, const Destination& destination) {
  const auto& rule = destination.policy.tls().subject_alt_names();
  if (!rule.empty()) return {rule.begin(), rule.end()};
  const mesh::Service& service = *destination.service;
  if (!service.subject_alt_names.empty()) return service.subject_alt_names;
  const auto* accounts = view.Find<mesh::FactKind::kServiceAccounts>(service.FactName());
  if (accounts == nullptr) return {};
  return InEveryTrustDomain(*accounts, view.settings().config);
}

std::string ServerName(const Destination& destination) {
  const std::string& written = destination.policy.tls().sni();
  if (!written.empty()) return written;
  return SniDnatClusterName(destination.port->number, destination.subset,
                            destination.service->host);
}

void SetIdentity(CommonTlsContext& common) {
  auto& certificate = *common.add_tls_certificate_sds_secret_configs();
  certificate.set_name("default");
  SetAgent(*certificate.mutable_sds_config());
  auto& roots =
      *common.mutable_combined_validation_context()->mutable_validation_context_sds_secret_config();
  roots.set_name("ROOTCA");
  SetAgent(*roots.mutable_sds_config());
}

}  // namespace

MeshTls FindMeshTls(mesh::View& view, const Destination& destination) {
  return {ServerName(destination), AcceptedNames(view, destination)};
}

void SetMeshTls(const MeshTls& tls, const ProxyClass& proxy, UpstreamHttp http,
                UpstreamTlsContext& context) {
  context.set_sni(tls.server_name);
  CommonTlsContext& common = *context.mutable_common_tls_context();
  common.mutable_tls_params()->set_tls_minimum_protocol_version(TlsParameters::TLSv1_2);
  common.mutable_tls_params()->set_tls_maximum_protocol_version(TlsParameters::TLSv1_3);
  SetIdentity(common);
  // A trusted root alone admits the whole mesh; the names are what makes this
  // secure naming.
  AddAcceptedNames(
      tls.accepted, proxy.envoy,
      *common.mutable_combined_validation_context()->mutable_default_validation_context());
  common.add_alpn_protocols("istio");
  if (http == UpstreamHttp::kHttp2) common.add_alpn_protocols("h2");
}

}  // namespace binnacle::translator
