#include "translator/tls_accepted.h"

#include "absl/strings/str_cat.h"
#include "translator/endpoint_authentication.h"

namespace binnacle::translator {
namespace {

// A service of the mesh that runs nowhere yet is judged as if it ran behind a
// sidecar that no policy for single workloads selects.
TlsAccepted WithoutEndpoint(mesh::View& view, const Destination& destination) {
  const mesh::Service& service = *destination.service;
  TlsAccepted accepted;
  accepted.sidecar = !service.mesh_external;
  if (service.mesh_external) return accepted;
  accepted.authentication =
      AuthenticationAt(view, service.ns, {}, destination.port->number, &service, destination.port);
  return accepted;
}

TlsAccepted AtEndpoint(mesh::View& view, const Destination& destination,
                       const mesh::Endpoint& endpoint, uint32_t port) {
  TlsAccepted accepted;
  accepted.endpoint = &endpoint;
  accepted.sidecar = endpoint.workload->tls_capable;
  if (destination.service->mesh_external && !accepted.sidecar) return accepted;
  accepted.authentication = AuthenticationAtEndpoint(view, destination, endpoint, port);
  return accepted;
}

}  // namespace

bool TlsAccepted::Plaintext() const {
  return !sidecar || authentication.mode != MutualTlsMode::kStrict;
}

bool TlsAccepted::MeshTls() const {
  return sidecar && authentication.mode != MutualTlsMode::kDisable;
}

std::vector<TlsAccepted> TlsAcceptedAt(mesh::View& view, const Destination& destination) {
  std::vector<TlsAccepted> all;
  const auto* endpoints = view.Find<mesh::FactKind::kEndpoints>(destination.service->FactName());
  if (endpoints != nullptr) {
    for (const mesh::Endpoint& endpoint : *endpoints) {
      const size_t index = destination.port_index;
      const uint32_t port = index < endpoint.ports.size() ? endpoint.ports[index] : 0;
      if (port == 0 || !BelongsTo(endpoint.workload->labels, destination)) continue;
      all.push_back(AtEndpoint(view, destination, endpoint, port));
    }
  }
  if (all.empty()) all.push_back(WithoutEndpoint(view, destination));
  return all;
}

std::string EndpointName(const mesh::Endpoint& endpoint) {
  const mesh::Workload& workload = *endpoint.workload;
  return workload.name.empty() ? endpoint.address : absl::StrCat(workload.name, ".", workload.ns);
}

}  // namespace binnacle::translator
