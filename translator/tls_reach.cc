#include "translator/tls_reach.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "mesh/protocol.h"

namespace binnacle::translator {
namespace {

using What = TlsSent::What;

// Names that the rule, or else the service, asks for; where neither does, they
// are taken from the endpoints themselves and so fit.
bool IdentityFits(mesh::View& view, const Destination& destination, const TlsAccepted& accepted) {
  const std::string identity = IdentityAt(view, accepted);
  if (identity.empty()) return true;
  const auto& of_rule = destination.policy.tls().subject_alt_names();
  if (!of_rule.empty()) return absl::c_linear_search(of_rule, identity);
  const auto& of_service = destination.service->subject_alt_names;
  return of_service.empty() || absl::c_linear_search(of_service, identity);
}

TlsReach MeshTlsReach(mesh::View& view, const Destination& destination,
                      const TlsAccepted& accepted) {
  if (!accepted.sidecar) return TlsReach::kNoSidecar;
  if (!accepted.MeshTls()) return TlsReach::kMeshTlsRefused;
  return IdentityFits(view, destination, accepted) ? TlsReach::kReached : TlsReach::kOtherIdentity;
}

// Past a sidecar, TLS of another kind gets only to ports that are not declared
// to speak HTTP, and then it is the application that must take it.
TlsReach OtherTlsReach(const Destination& destination, const TlsAccepted& accepted) {
  if (!accepted.sidecar) return TlsReach::kReached;
  if (accepted.authentication.mode == MutualTlsMode::kStrict) {
    return accepted.authentication.certificate_required ? TlsReach::kOtherTlsRefused
                                                        : TlsReach::kReached;
  }
  return mesh::IsHttp(destination.port->protocol) ? TlsReach::kOtherTlsAtSidecar
                                                  : TlsReach::kReached;
}

}  // namespace

TlsReach ReachOf(mesh::View& view, const Destination& destination, const TlsSent& sent,
                 const TlsAccepted& accepted) {
  if (sent.what == What::kOtherTls) return OtherTlsReach(destination, accepted);
  if (SendsMeshTls(sent, accepted)) return MeshTlsReach(view, destination, accepted);
  return accepted.Plaintext() ? TlsReach::kReached : TlsReach::kPlaintextRefused;
}

bool SendsMeshTls(const TlsSent& sent, const TlsAccepted& accepted) {
  return sent.what == What::kMeshTls || (sent.what == What::kByEndpoint && accepted.MeshTls());
}

std::string IdentityAt(mesh::View& view, const TlsAccepted& accepted) {
  if (accepted.endpoint == nullptr) return "";
  const mesh::Workload& workload = *accepted.endpoint->workload;
  if (workload.service_account.empty()) return "";
  return absl::StrCat("spiffe://", view.settings().config.trust_domain(), "/ns/", workload.ns,
                      "/sa/", workload.service_account);
}

}  // namespace binnacle::translator
