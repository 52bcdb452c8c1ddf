#include "translator/endpoint_authentication.h"

#include <algorithm>
#include <tuple>

namespace binnacle::translator {
namespace {

struct Served {
  const mesh::Service* service;
  const mesh::ServicePort* port;
};

bool Precedes(const mesh::Service& a, const mesh::Service& b) {
  return std::tie(a.ns, a.host) < std::tie(b.ns, b.host);
}

// The service's port that `number` is; nullptr if it is none.
const mesh::ServicePort* PortAt(const mesh::WorkloadService& at, uint32_t number) {
  const auto& ports = at.service->ports;
  const size_t count = std::min(ports.size(), at.ports.size());
  for (size_t i = 0; i < count; ++i) {
    if (at.ports[i] == number && ports[i].protocol != mesh::Protocol::kUdp) return &ports[i];
  }
  return nullptr;
}

Served ServedAt(mesh::View& view, const Destination& destination, const mesh::Endpoint& endpoint,
                uint32_t number) {
  Served served{destination.service, destination.port};
  const auto* all = view.Find<mesh::FactKind::kWorkloadServices>(endpoint.address);
  if (all == nullptr) return served;
  for (const mesh::WorkloadService& at : *all) {
    const mesh::ServicePort* port = PortAt(at, number);
    if (port != nullptr && !Precedes(*served.service, *at.service)) {
      served = {at.service.get(), port};
    }
  }
  return served;
}

}  // namespace

InboundAuthentication AuthenticationAtEndpoint(mesh::View& view, const Destination& destination,
                                               const mesh::Endpoint& endpoint, uint32_t port) {
  const mesh::Workload& workload = *endpoint.workload;
  Served served{destination.service, destination.port};
  // Only those policies tell services apart.
  if (view.Find<mesh::FactKind::kAuthnPolicies>(workload.ns) != nullptr) {
    served = ServedAt(view, destination, endpoint, port);
  }
  return AuthenticationAt(view, workload.ns, workload.labels, port, served.service, served.port);
}

}  // namespace binnacle::translator
