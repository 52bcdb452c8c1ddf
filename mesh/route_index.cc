#include "mesh/route_index.h"

#include "absl/strings/match.h"
#include "mesh/gateway_name.h"
#include "mesh/lookup.h"
#include "mesh/wildcard_order.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::mesh {
namespace {

using policy::v1::VirtualService;

// A match of its own may name gateways that the object's list does not.
std::set<std::string> GatewaysOf(const policy::Object& object) {
  const auto& spec = object.As<VirtualService>();
  const auto names = ResolveGatewayNames(spec.gateways(), object.key.ns);
  return {names.begin(), names.end()};
}

}  // namespace

void RouteIndex::Change(const ObjectPtr& before, const ObjectPtr& now,
                        const MeshSettings& settings) {
  changed_[(now != nullptr ? now : before)->key] = now;
  if (before != nullptr) Bind(before, settings, false);
  if (now != nullptr) Bind(now, settings, true);
}

void RouteIndex::Bind(const ObjectPtr& object, const MeshSettings& settings, bool there) {
  auto mark = [&](PrecedenceSet& set) {
    if (there) {
      set.insert(object);
    } else {
      set.erase(object);
    }
  };
  const auto& spec = object->As<VirtualService>();
  if (spec.hosts().empty()) return;  // a delegate: found by its name
  for (const std::string& gateway : GatewaysOf(*object)) {
    if (gateway != kMeshGateway) {
      mark(by_gateway_[gateway]);
      dirty_gateways_.insert(gateway);
      continue;
    }
    for (const std::string& written : spec.hosts()) {
      const std::string host = ResolveHost(written, object->key.ns, settings.domain);
      mark(by_host_[host]);
      dirty_hosts_.insert(host);
    }
  }
}

void RouteIndex::Derive(FactWriter& writer) {
  for (const auto& [key, object] : std::exchange(changed_, {})) {
    const std::string name = Qualified(key.ns, key.name);
    if (object == nullptr) {
      writer.Erase<FactKind::kVirtualService>(name);
    } else {
      writer.SetShared<FactKind::kVirtualService>(name, object);
    }
  }
  for (const std::string& gateway : std::exchange(dirty_gateways_, {})) {
    const PrecedenceSet& bound = by_gateway_[gateway];
    writer.Set<FactKind::kGatewayVirtualServices>(gateway, {bound.begin(), bound.end()});
  }
  bool hosts_changed = false;
  for (const std::string& host : std::exchange(dirty_hosts_, {})) {
    const bool known = writer.Find<FactKind::kMeshVirtualServices>(host) != nullptr;
    const auto it = by_host_.find(host);
    const bool gone = it->second.empty();
    if (gone) {
      by_host_.erase(it);
      writer.Erase<FactKind::kMeshVirtualServices>(host);
    } else {
      writer.Set<FactKind::kMeshVirtualServices>(host, {it->second.begin(), it->second.end()});
    }
    hosts_changed |= known == gone;
  }
  if (!hosts_changed) return;
  HostList hosts;
  std::set<std::string> wildcards;
  for (const auto& [host, objects] : by_host_) {
    hosts.push_back(host);
    if (absl::StartsWith(host, "*")) wildcards.insert(host);
  }
  writer.Set<FactKind::kMeshVirtualServiceHosts>("", std::move(hosts));
  writer.Set<FactKind::kMeshWildcardHosts>("", LongestFirst(wildcards));
}

}  // namespace binnacle::mesh
