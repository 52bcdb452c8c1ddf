#include "mesh/service_index.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "mesh/kubernetes_service.h"
#include "mesh/service_entry.h"

namespace binnacle::mesh {
namespace {

// Kubernetes before ServiceEntry, then the oldest.
bool Preferred(const std::shared_ptr<const Service>& a, const std::shared_ptr<const Service>& b) {
  return std::tie(a->registry, a->created, a->name, a->ns) <
         std::tie(b->registry, b->created, b->name, b->ns);
}

HostList Listed(const std::set<std::string>& hosts) { return {hosts.begin(), hosts.end()}; }

}  // namespace

void ServiceIndex::Put(const policy::ObjectKey& key, const ObjectPtr& object,
                       const MeshSettings& settings) {
  if (auto it = declared_.find(key); it != declared_.end()) {
    for (const ServicePtr& service : it->second) {
      std::erase(by_host_[service->host], service);
      dirty_hosts_.insert(service->host);
    }
    declared_.erase(it);
  }
  if (object == nullptr) return;
  auto services = key.kind == policy::Kind::kService
                      ? std::vector<ServicePtr>{FromKubernetesService(*object, settings)}
                      : FromServiceEntry(*object, settings);
  for (const ServicePtr& service : services) {
    by_host_[service->host].push_back(service);
    dirty_hosts_.insert(service->host);
  }
  declared_.emplace(key, std::move(services));
}

const std::vector<ServiceIndex::ServicePtr>& ServiceIndex::DeclaredBy(
    const policy::ObjectKey& key) const {
  static const auto& none = *new std::vector<ServicePtr>;
  auto it = declared_.find(key);
  return it == declared_.end() ? none : it->second;
}

void ServiceIndex::Derive(FactWriter& writer) {
  for (const std::string& host : std::exchange(dirty_hosts_, {})) DeriveHost(host, writer);
  DeriveSets(writer);
}

void ServiceIndex::DeriveHost(const std::string& host, FactWriter& writer) {
  if (const auto* before = writer.Find<FactKind::kServices>(host)) {
    CountVisibility(*before, host, false);
  }
  auto it = by_host_.find(host);
  if (it->second.empty()) {
    by_host_.erase(it);
    writer.Erase<FactKind::kServices>(host);
    return;
  }
  std::sort(it->second.begin(), it->second.end(), Preferred);
  CountVisibility(it->second, host, true);
  writer.Set<FactKind::kServices>(host, it->second);
}

void ServiceIndex::CountVisibility(const std::vector<ServicePtr>& services,
                                   const std::string& host, bool add) {
  auto mark = [&](std::set<std::string>& hosts) {
    if (add) {
      hosts.insert(host);
    } else {
      hosts.erase(host);
    }
  };
  for (const ServicePtr& service : services) {
    if (service->export_to.all) {
      mark(public_hosts_);
      public_dirty_ = true;
    }
    for (const std::string& ns : service->export_to.namespaces) {
      mark(private_hosts_[ns]);
      private_dirty_.insert(ns);
    }
    for (const ServicePort& port : service->ports) {
      if (port.protocol == Protocol::kUdp) continue;
      mark(hosts_on_port_[port.number]);
      port_dirty_.insert(port.number);
    }
  }
}

void ServiceIndex::DeriveSets(FactWriter& writer) {
  if (std::exchange(public_dirty_, false)) {
    writer.Set<FactKind::kPublicHosts>("", Listed(public_hosts_));
  }
  for (const std::string& ns : std::exchange(private_dirty_, {})) {
    writer.Set<FactKind::kPrivateHosts>(ns, Listed(private_hosts_[ns]));
  }
  for (uint32_t port : std::exchange(port_dirty_, {})) {
    auto it = hosts_on_port_.find(port);
    if (it->second.empty()) {
      hosts_on_port_.erase(it);
      writer.Erase<FactKind::kHostsOnPort>(absl::StrCat(port));
    } else {
      writer.Set<FactKind::kHostsOnPort>(absl::StrCat(port), Listed(it->second));
    }
    ports_dirty_ = true;
  }
  if (!std::exchange(ports_dirty_, false)) return;
  std::vector<uint32_t> ports;
  for (const auto& [port, hosts] : hosts_on_port_) ports.push_back(port);
  writer.Set<FactKind::kPorts>("", std::move(ports));
}

}  // namespace binnacle::mesh
