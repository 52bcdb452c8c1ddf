#include "translator/outbound_placement.h"

#include <algorithm>
#include <utility>

#include "mesh/lookup.h"
#include "mesh/protocol.h"
#include "policy/ip_address.h"
#include "translator/cidr_range.h"

namespace binnacle::translator {

using envoy::config::core::v3::CidrRange;

namespace {

// Those that more needs to be known of than that they speak HTTP.
std::vector<Tenant> FindTenants(mesh::View& view, const ProxyClass& proxy, uint32_t number) {
  const auto hosts = mesh::SpecialHostsOnPort(view, proxy.ns, number);
  std::vector<Tenant> tenants;
  tenants.reserve(hosts.size());
  for (absl::string_view host : hosts) {
    const mesh::Service* service = mesh::FindService(view, host, proxy.ns);
    if (service == nullptr) continue;
    const mesh::ServicePort* port = service->FindTcpPort(number);
    if (port != nullptr) tenants.push_back({service, port, nullptr});
  }
  // Where two want the same, the older has it; hosts are in order already.
  const auto older = [](const Tenant& a, const Tenant& b) {
    return a.service->created < b.service->created;
  };
  if (!std::is_sorted(tenants.begin(), tenants.end(), older)) {
    std::stable_sort(tenants.begin(), tenants.end(), older);
  }
  return tenants;
}

// The tenant does not speak HTTP.
std::vector<Tenant>& ListFor(const Tenant& tenant, Tenancy& tenancy) {
  const mesh::Protocol protocol = tenant.port->protocol;
  if (mesh::IsTls(protocol)) return tenancy.tls;
  return mesh::IsSniffed(protocol) ? tenancy.sniffed : tenancy.tcp;
}

bool SameFamily(const CidrRange& range, const ProxyClass& proxy) {
  const bool v6 = range.address_prefix().find(':') != std::string::npos;
  return v6 == proxy.ipv6_only;
}

// Clients of a headless service dial its endpoints.
bool IsDialledByEndpoint(const mesh::Service& service) {
  return service.addresses.empty() &&
         (service.headless || service.resolution == mesh::Resolution::kPassthrough);
}

class Placer {
 public:
  Placer(mesh::View& view, const ProxyClass& proxy) : view_(view), proxy_(proxy) {}

  // HTTP tells hosts apart by itself: all of it shares the wildcard address.
  void AddHttp(bool grpc_web) {
    Tenancy& wildcard = placement_[""];
    wildcard.http = true;
    wildcard.grpc_web |= grpc_web;
  }

  void Add(const Tenant& tenant) {
    const mesh::Service& service = *tenant.service;
    if (mesh::IsHttp(tenant.port->protocol)) {
      AddHttp(tenant.port->protocol == mesh::Protocol::kGrpcWeb);
    } else if (IsDialledByEndpoint(service)) {
      PlaceAtEndpoints(tenant);
    } else if (!service.addresses.empty()) {
      PlaceAtAddresses(tenant);
    } else {
      PlaceAtWildcard(tenant);
    }
  }

  Placement Finish() && { return std::move(placement_); }

 private:
  void Place(const std::string& address, const Tenant& tenant) {
    ListFor(tenant, placement_[address]).push_back(tenant);
  }
  void PlaceAtWildcard(const Tenant& tenant) { Place("", tenant); }
  void PlaceAtAddresses(const Tenant& tenant);
  void PlaceAtEndpoints(const Tenant& tenant);

  mesh::View& view_;
  const ProxyClass& proxy_;
  Placement placement_;
};

// A single address has a listener of its own; a block shares the wildcard one.
void Placer::PlaceAtAddresses(const Tenant& tenant) {
  for (const std::string& text : tenant.service->addresses) {
    auto range = ParseCidrRange(text);
    if (!range.has_value() || !SameFamily(*range, proxy_)) continue;
    const bool wildcard = range->address_prefix() == (proxy_.ipv6_only ? "::" : "0.0.0.0");
    if (IsSingleAddress(*range) && !wildcard) {
      Place(range->address_prefix(), tenant);
    } else if (wildcard) {
      PlaceAtWildcard(tenant);
    } else {
      Tenant part = tenant;
      part.block = std::make_shared<const CidrRange>(*std::move(range));
      PlaceAtWildcard(part);
    }
  }
}

void Placer::PlaceAtEndpoints(const Tenant& tenant) {
  const mesh::Service& service = *tenant.service;
  const auto* endpoints = view_.Find<mesh::FactKind::kEndpoints>(service.FactName());
  if (endpoints == nullptr || endpoints->empty()) {
    // A ServiceEntry without endpoints means whatever address is dialled.
    if (service.registry == mesh::Registry::kServiceEntry) PlaceAtWildcard(tenant);
    return;
  }
  const size_t index = tenant.port - service.ports.data();
  for (const mesh::Endpoint& endpoint : *endpoints) {
    if (index >= endpoint.ports.size() || endpoint.ports[index] == 0) continue;
    if (!policy::IsIpAddress(endpoint.address)) continue;
    const auto range = ParseCidrRange(endpoint.address);
    if (range.has_value() && SameFamily(*range, proxy_)) Place(range->address_prefix(), tenant);
  }
}

}  // namespace

Placement PlaceServices(mesh::View& view, const ProxyClass& proxy, uint32_t port) {
  Placer placer(view, proxy);
  if (mesh::AnyPlainHttpHostOnPort(view, proxy.ns, port)) placer.AddHttp(/*grpc_web=*/false);
  for (const Tenant& tenant : FindTenants(view, proxy, port)) placer.Add(tenant);
  return std::move(placer).Finish();
}

}  // namespace binnacle::translator
