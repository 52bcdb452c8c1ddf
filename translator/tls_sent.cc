#include "translator/tls_sent.h"

#include <utility>

#include "translator/auto_mutual_tls.h"
#include "translator/client_tls.h"
#include "translator/cluster_discovery.h"

namespace binnacle::translator {
namespace {

using policy::v1::ClientTlsSettings;
using What = TlsSent::What;
using Why = TlsSent::Why;

TlsSent AsRuleSays(const ProxyClass& client, const Destination& destination) {
  const ClientTlsSettings& tls = destination.policy.tls();
  switch (tls.mode()) {
    case ClientTlsSettings::ISTIO_MUTUAL:
      if (!client.agent) return {What::kPlaintext, Why::kNoIdentity, {}};
      return {What::kMeshTls, Why::kRule, {}};
    case ClientTlsSettings::SIMPLE:
    case ClientTlsSettings::MUTUAL:
      if (!CanHaveCredential(tls, client, destination.rule)) {
        return {What::kPlaintext, Why::kNoCredential, {}};
      }
      return {What::kOtherTls, Why::kRule, {}};
    default:
      return {What::kPlaintext, Why::kRule, {}};
  }
}

bool HasEndpoints(mesh::View& view, const Destination& destination) {
  const auto* endpoints = view.Find<mesh::FactKind::kEndpoints>(destination.service->FactName());
  return endpoints != nullptr && !endpoints->empty();
}

// Of a headless service that runs nowhere nothing is known that could keep
// mutual TLS from being used once it does.
Why WhyNot(mesh::View& view, const Destination& destination, AutoMutualTls outcome) {
  switch (outcome) {
    case AutoMutualTls::kNoIdentity:
      return Why::kNoIdentity;
    case AutoMutualTls::kExternal:
      return Why::kExternal;
    case AutoMutualTls::kTurnedOff:
      return Why::kTurnedOff;
    case AutoMutualTls::kNamespaceTakesPlaintext:
      return Why::kNamespaceTakesPlaintext;
    case AutoMutualTls::kNotEveryEndpoint:
      return destination.service->headless && !HasEndpoints(view, destination)
                 ? Why::kAutomatic
                 : Why::kNotEveryEndpoint;
    default:
      return Why::kAutomatic;
  }
}

}  // namespace

TlsSent TlsSentTo(mesh::View& view, const ProxyClass& client, const Destination& destination) {
  if (client.type == ProxyType::kGrpc) return {What::kPlaintext, Why::kProxyless, {}};
  if (destination.policy.has_tls()) return AsRuleSays(client, destination);
  Origins origins;
  const AutoMutualTls outcome = AutoMutualTlsFor(view, client, destination, origins);
  const Why why = WhyNot(view, destination, outcome);
  if (why != Why::kAutomatic) return {What::kPlaintext, why, std::move(origins)};
  const bool one_socket = outcome == AutoMutualTls::kOffered &&
                          DiscoveryOf(destination, client.type) == Discovery::kOriginalDst;
  return {one_socket ? What::kMeshTls : What::kByEndpoint, Why::kAutomatic, std::move(origins)};
}

}  // namespace binnacle::translator
