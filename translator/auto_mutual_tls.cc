#include "translator/auto_mutual_tls.h"

#include <algorithm>

#include "translator/endpoint_authentication.h"
#include "translator/load_balancer.h"
#include "translator/mutual_tls_mode.h"

namespace binnacle::translator {
namespace {

// Where one socket serves for all endpoints, all of them must be able.
bool AllEndpointsTakeIt(mesh::View& view, const Destination& destination, Origins& origins) {
  const auto* endpoints = view.Find<mesh::FactKind::kEndpoints>(destination.service->FactName());
  if (endpoints == nullptr || endpoints->empty()) return false;
  const size_t port = destination.port_index;
  return std::all_of(endpoints->begin(), endpoints->end(), [&](const mesh::Endpoint& endpoint) {
    return port < endpoint.ports.size() &&
           TakesMutualTls(view, destination, endpoint, endpoint.ports[port], origins);
  });
}

bool GoesWhereDialled(const Destination& destination) {
  return destination.service->headless ||
         destination.service->resolution == mesh::Resolution::kPassthrough ||
         IsPassthrough(destination.policy.load_balancer());
}

}  // namespace

AutoMutualTls AutoMutualTlsFor(mesh::View& view, const ProxyClass& proxy,
                               const Destination& destination, Origins& origins) {
  if (destination.policy.has_tls()) return AutoMutualTls::kRuleSpeaks;
  if (!proxy.agent) return AutoMutualTls::kNoIdentity;
  if (destination.service->mesh_external) return AutoMutualTls::kExternal;
  if (!view.settings().config.enable_auto_mtls().value()) return AutoMutualTls::kTurnedOff;
  if (ModeOfNamespace(view, destination.service->ns, origins) == MutualTlsMode::kDisable) {
    return AutoMutualTls::kNamespaceTakesPlaintext;
  }
  return !GoesWhereDialled(destination) || AllEndpointsTakeIt(view, destination, origins)
             ? AutoMutualTls::kOffered
             : AutoMutualTls::kNotEveryEndpoint;
}

bool TakesMutualTls(mesh::View& view, const Destination& destination,
                    const mesh::Endpoint& endpoint, uint32_t port, Origins& origins) {
  if (!endpoint.workload->tls_capable) return false;
  const auto authentication = AuthenticationAtEndpoint(view, destination, endpoint, port);
  if (authentication.policy != nullptr) origins.push_back(authentication.policy->origin);
  return authentication.mode != MutualTlsMode::kDisable;
}

}  // namespace binnacle::translator
