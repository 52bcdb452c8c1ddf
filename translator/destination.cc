#include "translator/destination.h"

#include <utility>

#include "mesh/lookup.h"
#include "translator/traffic_policy.h"

namespace binnacle::translator {
namespace {

const mesh::Rule* FindRule(mesh::View& view, const ProxyClass& proxy,
                           const mesh::Service& service) {
  return mesh::FindDestinationRule(view, proxy.ns, proxy.labels, service.host, service.ns);
}

Destination Make(const mesh::Service& service, size_t port_index, const mesh::Rule* rule,
                 const policy::v1::Subset* narrowed) {
  Destination destination;
  destination.service = &service;
  destination.port = &service.ports[port_index];
  destination.port_index = port_index;
  destination.rule = rule;
  destination.narrowed = narrowed;
  if (narrowed != nullptr) destination.subset = narrowed->name();
  destination.policy = EffectiveTrafficPolicy(rule == nullptr ? nullptr : rule->spec.get(),
                                              destination.port->number, destination.subset);
  return destination;
}

// One number may be open for both UDP and TCP.
std::optional<size_t> FindPort(const mesh::Service& service, uint32_t number) {
  for (size_t i = 0; i < service.ports.size(); ++i) {
    const mesh::ServicePort& port = service.ports[i];
    if (port.number == number && port.protocol != mesh::Protocol::kUdp) return i;
  }
  return std::nullopt;
}

const policy::v1::Subset* FindSubset(const mesh::Rule* rule, absl::string_view name) {
  if (rule == nullptr) return nullptr;
  for (const auto& subset : rule->spec->subsets()) {
    if (subset.name() == name) return &subset;
  }
  return nullptr;
}

}  // namespace

std::vector<Destination> FindDestinations(mesh::View& view, const ProxyClass& proxy,
                                          absl::string_view host) {
  std::vector<Destination> found;
  const mesh::Service* service = mesh::FindService(view, host, proxy.ns);
  if (service == nullptr) return found;
  const mesh::Rule* rule = FindRule(view, proxy, *service);
  const int subsets = rule == nullptr ? 0 : rule->spec->subsets_size();
  found.reserve(service->ports.size() * (1 + subsets));
  for (size_t i = 0; i < service->ports.size(); ++i) {
    if (service->ports[i].protocol == mesh::Protocol::kUdp) continue;
    found.push_back(Make(*service, i, rule, nullptr));
    for (int s = 0; s < subsets; ++s) {
      found.push_back(Make(*service, i, rule, &rule->spec->subsets(s)));
    }
  }
  return found;
}

std::optional<Destination> FindDestination(mesh::View& view, const ProxyClass& proxy,
                                           const OutboundName& name) {
  const mesh::Service* service = mesh::FindService(view, name.host, proxy.ns);
  if (service == nullptr) return std::nullopt;
  const auto port_index = FindPort(*service, name.port);
  if (!port_index.has_value()) return std::nullopt;
  const mesh::Rule* rule = FindRule(view, proxy, *service);
  const policy::v1::Subset* narrowed = FindSubset(rule, name.subset);
  if (!name.subset.empty() && narrowed == nullptr) return std::nullopt;
  return Make(*service, *port_index, rule, narrowed);
}

Origins OriginsOf(const Destination& destination) {
  Origins origins = {destination.service->origin};
  if (destination.rule != nullptr) {
    origins.insert(origins.end(), destination.rule->origins.begin(),
                   destination.rule->origins.end());
  }
  return origins;
}

bool BelongsTo(const policy::Labels& endpoint_labels, const Destination& destination) {
  if (destination.narrowed == nullptr) return true;
  for (const auto& [key, value] : destination.narrowed->labels()) {
    auto it = endpoint_labels.find(key);
    if (it == endpoint_labels.end() || it->second != value) return false;
  }
  return true;
}

}  // namespace binnacle::translator
