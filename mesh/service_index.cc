#include "mesh/service_index.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "mesh/kubernetes_service.h"
#include "mesh/service_entry.h"

namespace binnacle::mesh {
namespace {

using Declared = ServiceIndex::Declared;
using Group = ServiceIndex::Group;

// Kubernetes before ServiceEntry, then the oldest.
bool Preferred(const Declared& a, const Declared& b) {
  const Service& x = *a.service;
  const Service& y = *b.service;
  return std::tie(x.registry, x.created, x.name, x.ns) <
         std::tie(y.registry, y.created, y.name, y.ns);
}

bool BelongTogether(const Service& a, const Service& b) {
  return a.registry == Registry::kServiceEntry && b.registry == Registry::kServiceEntry &&
         a.ns == b.ns && a.export_to == b.export_to && a.resolution == b.resolution &&
         a.mesh_external == b.mesh_external;
}

std::shared_ptr<const Service> Joined(const Service& into, const Service& other) {
  auto joined = std::make_shared<Service>(into);
  for (const ServicePort& port : other.ports) {
    if (joined->FindPort(port.number) == nullptr) joined->ports.push_back(port);
  }
  for (const std::string& address : other.addresses) {
    auto& addresses = joined->addresses;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  return joined;
}

// `declared` is in order of preference, and so is each group.
std::vector<Group> Grouped(const std::vector<Declared>& declared) {
  std::vector<Group> groups;
  for (const Declared& one : declared) {
    auto it = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return BelongTogether(*group.service, *one.service);
    });
    if (it == groups.end()) {
      groups.push_back({one.service, {one}});
    } else {
      it->service = Joined(*it->service, *one.service);
      it->members.push_back(one);
    }
  }
  return groups;
}

// Whether clients of that host speak HTTP to the port, and nothing needs to be
// known for it, whichever of the services is theirs.
bool IsPlainHttp(const std::vector<ServiceIndex::ServicePtr>& services, uint32_t number) {
  return std::all_of(services.begin(), services.end(), [&](const auto& service) {
    const ServicePort* port = service->FindTcpPort(number);
    return port != nullptr && IsHttp(port->protocol) && port->protocol != Protocol::kGrpcWeb;
  });
}

void Mark(const std::string& host, bool add, std::set<std::string>& hosts) {
  if (add) {
    hosts.insert(host);
  } else {
    hosts.erase(host);
  }
}

HostList Listed(const std::set<std::string>& hosts) { return {hosts.begin(), hosts.end()}; }

// A list that is empty is no fact.
template <FactKind K>
void SetOrErase(const std::string& name, const std::set<std::string>& hosts, FactWriter& writer) {
  if (hosts.empty()) {
    writer.Erase<K>(name);
  } else {
    writer.Set<K>(name, Listed(hosts));
  }
}

}  // namespace

std::vector<policy::ObjectKey> ServiceIndex::Put(const policy::ObjectKey& key,
                                                 const ObjectPtr& object,
                                                 const MeshSettings& settings) {
  std::vector<policy::ObjectKey> others;
  std::vector<ServicePtr> services;
  if (object != nullptr && key.kind == policy::Kind::kService) {
    services.push_back(FromKubernetesService(*object, settings));
  } else if (object != nullptr) {
    services = FromServiceEntry(*object, settings);
  }
  // What changed may be its endpoints alone.
  auto same = [](const ServicePtr& a, const ServicePtr& b) { return *a == *b; };
  const auto& before = DeclaredBy(key);
  if (std::equal(services.begin(), services.end(), before.begin(), before.end(), same))
    return others;
  auto touch = [&](const std::string& host) {
    dirty_hosts_.insert(host);
    for (const Declared& declared : by_host_[host]) {
      if (declared.by != key) others.push_back(declared.by);
    }
  };
  if (auto it = declared_.find(key); it != declared_.end()) {
    for (const ServicePtr& service : it->second) {
      std::erase_if(by_host_[service->host], [&](const Declared& d) { return d.by == key; });
      touch(service->host);
    }
    declared_.erase(it);
  }
  if (object == nullptr) return others;
  for (const ServicePtr& service : services) {
    by_host_[service->host].push_back({key, service});
    touch(service->host);
  }
  declared_.emplace(key, std::move(services));
  return others;
}

const std::vector<ServiceIndex::ServicePtr>& ServiceIndex::DeclaredBy(
    const policy::ObjectKey& key) const {
  static const auto& none = *new std::vector<ServicePtr>;
  auto it = declared_.find(key);
  return it == declared_.end() ? none : it->second;
}

const ServiceIndex::Group* ServiceIndex::GroupOf(const policy::ObjectKey& key,
                                                 const std::string& host) const {
  auto it = groups_.find(host);
  if (it == groups_.end()) return nullptr;
  for (const Group& group : it->second) {
    for (const Declared& member : group.members) {
      if (member.by == key) return &group;
    }
  }
  return nullptr;
}

void ServiceIndex::Derive(FactWriter& writer) {
  for (const std::string& host : std::exchange(dirty_hosts_, {})) DeriveHost(host, writer);
  DeriveSets(writer);
  DerivePorts(writer);
  DeriveAddresses(writer);
}

void ServiceIndex::DeriveHost(const std::string& host, FactWriter& writer) {
  if (const auto* before = writer.Find<FactKind::kServices>(host)) {
    CountVisibility(*before, host, false);
  }
  auto it = by_host_.find(host);
  if (it->second.empty()) {
    by_host_.erase(it);
    groups_.erase(host);
    writer.Erase<FactKind::kServices>(host);
    return;
  }
  std::sort(it->second.begin(), it->second.end(), Preferred);
  std::vector<Group>& groups = groups_[host] = Grouped(it->second);
  std::vector<ServicePtr> services;
  services.reserve(groups.size());
  for (const Group& group : groups) services.push_back(group.service);
  CountVisibility(services, host, true);
  writer.Set<FactKind::kServices>(host, std::move(services));
}

void ServiceIndex::CountVisibility(const std::vector<ServicePtr>& services, const std::string& host,
                                   bool add) {
  for (const ServicePtr& service : services) {
    if (service->export_to.all) {
      Mark(host, add, public_hosts_);
      public_dirty_ = true;
    }
    for (const std::string& ns : service->export_to.namespaces) {
      Mark(host, add, private_hosts_[ns]);
      private_dirty_.insert(ns);
    }
    for (const std::string& address : service->addresses) {
      Mark(host, add, hosts_at_[address]);
      address_dirty_.insert(address);
    }
  }
  CountPorts(services, host, add);
}

void ServiceIndex::CountPorts(const std::vector<ServicePtr>& services, const std::string& host,
                              bool add) {
  for (const ServicePtr& service : services) {
    for (const ServicePort& port : service->ports) {
      if (port.protocol == Protocol::kUdp) continue;
      OnPort& on_port = on_port_[port.number];
      Mark(host, add, on_port.hosts);
      Mark(host, add && !IsPlainHttp(services, port.number), on_port.special);
      port_dirty_.insert(port.number);
    }
  }
}

void ServiceIndex::DeriveAddresses(FactWriter& writer) {
  for (const std::string& address : std::exchange(address_dirty_, {})) {
    auto it = hosts_at_.find(address);
    SetOrErase<FactKind::kHostsAtAddress>(address, it->second, writer);
    if (it->second.empty()) hosts_at_.erase(it);
  }
}

void ServiceIndex::DeriveSets(FactWriter& writer) {
  if (std::exchange(public_dirty_, false)) {
    writer.Set<FactKind::kPublicHosts>("", Listed(public_hosts_));
  }
  for (const std::string& ns : std::exchange(private_dirty_, {})) {
    writer.Set<FactKind::kPrivateHosts>(ns, Listed(private_hosts_[ns]));
  }
}

void ServiceIndex::DerivePorts(FactWriter& writer) {
  for (uint32_t port : std::exchange(port_dirty_, {})) {
    const std::string name = absl::StrCat(port);
    auto it = on_port_.find(port);
    SetOrErase<FactKind::kHostsOnPort>(name, it->second.hosts, writer);
    SetOrErase<FactKind::kSpecialHostsOnPort>(name, it->second.special, writer);
    if (it->second.hosts.empty()) on_port_.erase(it);
    ports_dirty_ = true;
  }
  if (!std::exchange(ports_dirty_, false)) return;
  std::vector<uint32_t> ports;
  ports.reserve(on_port_.size());
  for (const auto& [port, hosts] : on_port_) ports.push_back(port);
  writer.Set<FactKind::kPorts>("", std::move(ports));
}

}  // namespace binnacle::mesh
