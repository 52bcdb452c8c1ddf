#include "mesh/endpoint_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"
#include "mesh/workload.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/service_entry.pb.h"

namespace binnacle::mesh {
namespace {

using policy::Kind;
using policy::ObjectKey;

constexpr char kServiceNameLabel[] = "kubernetes.io/service-name";

policy::Labels SelectorOf(const policy::Object& object) {
  if (object.key.kind == Kind::kService) {
    const auto& selector = object.As<policy::v1::Service>().spec().selector();
    return {selector.begin(), selector.end()};
  }
  const auto& selector = object.As<policy::v1::ServiceEntry>().workload_selector().labels();
  return {selector.begin(), selector.end()};
}

policy::Labels WorkloadLabels(const policy::Object& entry) {
  const auto& labels = entry.As<policy::v1::WorkloadEntry>().labels();
  return {labels.begin(), labels.end()};
}

std::optional<ObjectKey> ServiceOfSlice(const policy::Object& slice) {
  auto it = slice.labels.find(kServiceNameLabel);
  if (it == slice.labels.end()) return std::nullopt;
  return ObjectKey{Kind::kService, slice.key.ns, it->second};
}

// Identities, under the trust domain and each of its aliases.
std::vector<std::string> AccountsOf(const std::vector<Endpoint>& endpoints,
                                    const policy::v1::MeshConfig& config) {
  std::set<std::string> ids;
  for (const Endpoint& endpoint : endpoints) {
    const Workload& workload = *endpoint.workload;
    if (workload.service_account.empty()) continue;
    const std::string path = absl::StrCat("/ns/", workload.ns, "/sa/", workload.service_account);
    ids.insert(absl::StrCat("spiffe://", config.trust_domain(), path));
    for (const std::string& alias : config.trust_domain_aliases()) {
      ids.insert(absl::StrCat("spiffe://", alias, path));
    }
  }
  return {ids.begin(), ids.end()};
}

std::vector<Endpoint> EndpointsOf(const ServiceIndex::Declared& declared,
                                  const policy::Object& object, const EndpointSources& sources) {
  return object.key.kind == Kind::kService
             ? KubernetesEndpoints(*declared.service, object, sources)
             : ServiceEntryEndpoints(*declared.service, object, sources);
}

// Adds the endpoints of `own`, their ports put where `whole` has them.
void Append(std::vector<Endpoint> endpoints, const Service& own, const Service& whole,
            std::vector<Endpoint>& into) {
  for (Endpoint& endpoint : endpoints) {
    std::vector<uint32_t> ports;
    for (const ServicePort& port : whole.ports) {
      auto it = std::find(own.ports.begin(), own.ports.end(), port);
      ports.push_back(it == own.ports.end() ? 0 : endpoint.ports[it - own.ports.begin()]);
    }
    endpoint.ports = std::move(ports);
    into.push_back(std::move(endpoint));
  }
}

}  // namespace

void EndpointIndex::Change(const ObjectPtr& before, const ObjectPtr& now) {
  const ObjectKey& key = (now != nullptr ? now : before)->key;
  switch (key.kind) {
    case Kind::kService:
    case Kind::kServiceEntry:
      return ChangeService(before, now);
    case Kind::kEndpoints:
      dirty_.insert({Kind::kService, key.ns, key.name});
      return;
    case Kind::kEndpointSlice:
      if (before != nullptr) ChangeSlice(before, false);
      if (now != nullptr) ChangeSlice(now, true);
      return;
    case Kind::kPod:
      if (before != nullptr) ChangePod(before, false);
      if (now != nullptr) ChangePod(now, true);
      return;
    case Kind::kWorkloadEntry:
      if (before != nullptr) MarkSelecting(key.ns, WorkloadLabels(*before));
      if (now != nullptr) MarkSelecting(key.ns, WorkloadLabels(*now));
      if (now == nullptr) {
        entries_[key.ns].erase(key);
      } else {
        entries_[key.ns].insert(key);
      }
      return;
    case Kind::kNode:
      return ChangeNode(key);
    default:
      return;
  }
}

void EndpointIndex::Recheck(const std::vector<ObjectKey>& declaring) {
  dirty_.insert(declaring.begin(), declaring.end());
}

void EndpointIndex::ChangeService(const ObjectPtr& before, const ObjectPtr& now) {
  const ObjectKey& key = (now != nullptr ? now : before)->key;
  dirty_.insert(key);
  selectors_.Set(key, now == nullptr ? policy::Labels() : SelectorOf(*now));
}

void EndpointIndex::ChangeSlice(const ObjectPtr& slice, bool there) {
  const auto service = ServiceOfSlice(*slice);
  if (!service.has_value()) return;
  dirty_.insert(*service);
  if (there) {
    slices_[*service].insert(slice->key);
  } else {
    slices_[*service].erase(slice->key);
  }
}

void EndpointIndex::ChangePod(const ObjectPtr& pod, bool there) {
  MarkSelecting(pod->key.ns, pod->labels);
  for (const std::string& address : PodAddresses(*pod)) {
    MarkAddress(address);
    if (there) {
      pod_by_address_[address] = pod->key;
    } else if (auto it = pod_by_address_.find(address);
               it != pod_by_address_.end() && it->second == pod->key) {
      pod_by_address_.erase(it);
    }
  }
  if (there) {
    pods_.Add(pod->key, pod->labels);
  } else {
    pods_.Remove(pod->key, pod->labels);
  }
}

void EndpointIndex::ChangeNode(const ObjectKey& node) {
  if (auto it = services_on_node_.find(node.name); it != services_on_node_.end()) {
    dirty_.insert(it->second.begin(), it->second.end());
  }
}

void EndpointIndex::MarkSelecting(const std::string& ns, const policy::Labels& labels) {
  for (const ObjectKey& key : selectors_.Selecting(ns, labels)) dirty_.insert(key);
}

void EndpointIndex::MarkAddress(const std::string& address) {
  if (auto it = services_at_.find(address); it != services_at_.end()) {
    dirty_.insert(it->second.begin(), it->second.end());
  }
}

void EndpointIndex::Derive(const Objects& objects, const ServiceIndex& services,
                           const MeshSettings& settings, FactWriter& writer) {
  for (const ObjectKey& key : std::exchange(dirty_, {})) {
    DeriveService(key, objects, services, settings, writer);
  }
  for (const std::string& address : std::exchange(dirty_addresses_, {})) {
    DeriveAddress(address, services, writer);
  }
}

EndpointSources EndpointIndex::SourcesFor(const ObjectKey& declaring, const Objects& objects) {
  auto find = [this, &declaring, &objects](const ObjectKey& key) -> ObjectPtr {
    auto it = objects.find(key);
    if (key.kind == Kind::kNode && !key.name.empty()) services_on_node_[key.name].insert(declaring);
    return it == objects.end() ? nullptr : it->second;
  };
  auto all = [find](const KeySet& keys) {
    std::vector<ObjectPtr> found;
    for (const ObjectKey& key : keys) found.push_back(find(key));
    return found;
  };
  EndpointSources sources;
  sources.find = find;
  sources.slices = [this, all](const ObjectKey& service) { return all(slices_[service]); };
  sources.pod_at = [this, find](const std::string& address) -> ObjectPtr {
    auto it = pod_by_address_.find(address);
    return it == pod_by_address_.end() ? nullptr : find(it->second);
  };
  sources.pods_for = [this, all](const std::string& ns, const policy::Labels& selector) {
    return all(pods_.Candidates(ns, selector));
  };
  sources.workload_entries_in = [this, all](const std::string& ns) { return all(entries_[ns]); };
  return sources;
}

void EndpointIndex::DeriveService(const ObjectKey& declaring, const Objects& objects,
                                  const ServiceIndex& services, const MeshSettings& settings,
                                  FactWriter& writer) {
  const EndpointSources sources = SourcesFor(declaring, objects);
  std::set<std::string> addresses;
  std::set<std::string> fact_names;
  for (const auto& service : services.DeclaredBy(declaring)) {
    const ServiceIndex::Group* group = services.GroupOf(declaring, service->host);
    std::vector<Endpoint> endpoints;
    for (const ServiceIndex::Declared& member : group->members) {
      auto own = EndpointsOf(member, *sources.find(member.by), sources);
      if (member.by == declaring) {
        for (const Endpoint& endpoint : own) addresses.insert(endpoint.address);
      }
      Append(std::move(own), *member.service, *group->service, endpoints);
    }
    // Members that are not the first write the same facts, and do not own them.
    const std::string name = group->service->FactName();
    if (group->members.front().by == declaring) fact_names.insert(name);
    writer.Set<FactKind::kServiceAccounts>(name, AccountsOf(endpoints, settings.config));
    writer.Set<FactKind::kEndpoints>(name, std::move(endpoints));
  }
  Forget(declaring, std::move(fact_names), writer);
  Place(declaring, std::move(addresses));
}

void EndpointIndex::Forget(const ObjectKey& declaring, std::set<std::string> fact_names,
                           FactWriter& writer) {
  for (const std::string& name : facts_of_[declaring]) {
    if (fact_names.contains(name)) continue;
    writer.Erase<FactKind::kEndpoints>(name);
    writer.Erase<FactKind::kServiceAccounts>(name);
  }
  if (fact_names.empty()) {
    facts_of_.erase(declaring);
  } else {
    facts_of_[declaring] = std::move(fact_names);
  }
}

void EndpointIndex::Place(const ObjectKey& declaring, std::set<std::string> addresses) {
  std::set<std::string>& placed = addresses_of_[declaring];
  for (const std::string& address : placed) {
    dirty_addresses_.insert(address);
    if (!addresses.contains(address)) services_at_[address].erase(declaring);
  }
  for (const std::string& address : addresses) {
    dirty_addresses_.insert(address);
    services_at_[address].insert(declaring);
  }
  placed = std::move(addresses);
  if (placed.empty()) addresses_of_.erase(declaring);
}

void EndpointIndex::DeriveAddress(const std::string& address, const ServiceIndex& services,
                                  FactWriter& writer) {
  std::vector<WorkloadService> here;
  for (const ObjectKey& declaring : services_at_[address]) {
    for (const auto& service : services.DeclaredBy(declaring)) {
      const auto& whole = services.GroupOf(declaring, service->host)->service;
      const auto* endpoints = writer.Find<FactKind::kEndpoints>(whole->FactName());
      if (endpoints == nullptr) continue;
      for (const Endpoint& endpoint : *endpoints) {
        WorkloadService one{whole, endpoint.ports};
        const bool known = std::find(here.begin(), here.end(), one) != here.end();
        if (endpoint.address == address && !known) here.push_back(std::move(one));
      }
    }
  }
  if (here.empty()) {
    services_at_.erase(address);
    writer.Erase<FactKind::kWorkloadServices>(address);
    return;
  }
  writer.Set<FactKind::kWorkloadServices>(address, std::move(here));
}

}  // namespace binnacle::mesh
