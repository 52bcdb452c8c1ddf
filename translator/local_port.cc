#include "translator/local_port.h"

#include "absl/container/btree_map.h"

namespace binnacle::translator {
namespace {

// Which of several services of one host is meant here: the proxy knows.
const mesh::Service* FindLocal(mesh::View& view, const LocalService& local) {
  const auto* services = view.Find<mesh::FactKind::kServices>(local.host);
  if (services == nullptr) return nullptr;
  for (const auto& service : *services) {
    if (service->ns == local.ns && service->ports.size() == local.ports.size()) {
      return service.get();
    }
  }
  return nullptr;
}

}  // namespace

std::vector<LocalPort> FindLocalPorts(mesh::View& view, const ProxyClass& proxy) {
  absl::btree_map<uint32_t, LocalPort> ports;
  for (const LocalService& local : proxy.services) {
    const mesh::Service* service = FindLocal(view, local);
    if (service == nullptr) continue;
    for (size_t i = 0; i < local.ports.size(); ++i) {
      const mesh::ServicePort& port = service->ports[i];
      if (local.ports[i] == 0 || port.protocol == mesh::Protocol::kUdp) continue;
      ports.try_emplace(local.ports[i], LocalPort{local.ports[i], service, &port});
    }
  }
  std::vector<LocalPort> result;
  for (const auto& [number, port] : ports) result.push_back(port);
  return result;
}

}  // namespace binnacle::translator
