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
  const auto& spec = object->As<VirtualService>();
  if (spec.hosts().empty()) return;  // a delegate: found by its name
  std::shared_ptr<const ListedVirtualService> listed;
  for (const std::string& gateway : GatewaysOf(*object)) {
    if (gateway == kMeshGateway) {
      BindToMesh(object, settings, there);
      continue;
    }
    if (there && listed == nullptr) listed = ListVirtualService(object, settings);
    BindToGateway(gateway, object, listed);
  }
}

void RouteIndex::BindToMesh(const ObjectPtr& object, const MeshSettings& settings, bool there) {
  for (const std::string& written : object->As<VirtualService>().hosts()) {
    const std::string host = ResolveHost(written, object->key.ns, settings.domain);
    if (there) {
      by_host_[host].insert(object);
    } else {
      by_host_[host].erase(object);
    }
    dirty_hosts_.insert(host);
  }
}

void RouteIndex::BindToGateway(const std::string& gateway, const ObjectPtr& object,
                               const std::shared_ptr<const ListedVirtualService>& listed) {
  if (listed != nullptr) {
    by_gateway_[gateway][object] = listed;
  } else {
    by_gateway_[gateway].erase(object);
  }
  dirty_gateways_.insert(gateway);
}

void RouteIndex::Derive(const MeshSettings& settings, FactWriter& writer) {
  for (const auto& [key, object] : std::exchange(changed_, {})) {
    const std::string name = Qualified(key.ns, key.name);
    if (object == nullptr) {
      writer.Erase<FactKind::kVirtualService>(name);
    } else {
      writer.SetShared<FactKind::kVirtualService>(name, object);
    }
  }
  for (const std::string& gateway : std::exchange(dirty_gateways_, {})) {
    VirtualServiceList list;
    for (const auto& [object, listed] : by_gateway_[gateway]) list.push_back(listed);
    writer.Set<FactKind::kGatewayVirtualServices>(gateway, std::move(list));
  }
  for (const std::string& host : std::exchange(dirty_hosts_, {})) {
    DeriveHost(host, settings, writer);
  }
  DeriveHostLists(writer);
}

void RouteIndex::DeriveHost(const std::string& host, const MeshSettings& settings,
                            FactWriter& writer) {
  const auto it = by_host_.find(host);
  ExportTo audience{false, {}};
  if (it->second.empty()) {
    by_host_.erase(it);
    writer.Erase<FactKind::kMeshVirtualServices>(host);
  } else {
    std::set<std::string> namespaces;
    for (const ObjectPtr& object : it->second) {
      const ExportTo one = ExportOfVirtualService(*object, settings);
      audience.all |= one.all;
      namespaces.insert(one.namespaces.begin(), one.namespaces.end());
    }
    if (!audience.all) audience.namespaces.assign(namespaces.begin(), namespaces.end());
    writer.Set<FactKind::kMeshVirtualServices>(host, {it->second.begin(), it->second.end()});
  }
  NoteAudience(host, std::move(audience));
}

void RouteIndex::NoteAudience(const std::string& host, ExportTo audience) {
  const auto known = audiences_.find(host);
  const ExportTo before = known == audiences_.end() ? ExportTo{false, {}} : known->second;
  if (known != audiences_.end() && before == audience) return;
  if (before.all != audience.all) {
    public_dirty_ = true;
    audience.all ? (void)public_hosts_.insert(host) : (void)public_hosts_.erase(host);
  }
  for (const std::string& ns : before.namespaces) {
    private_hosts_[ns].erase(host);
    private_dirty_.insert(ns);
  }
  for (const std::string& ns : audience.namespaces) {
    private_hosts_[ns].insert(host);
    private_dirty_.insert(ns);
  }
  const bool there = by_host_.contains(host);
  if (absl::StartsWith(host, "*")) {
    wildcards_dirty_ = true;
    there ? (void)wildcards_.insert(host) : (void)wildcards_.erase(host);
  }
  if (there) {
    audiences_[host] = std::move(audience);
  } else {
    audiences_.erase(host);
  }
}

void RouteIndex::DeriveHostLists(FactWriter& writer) {
  if (std::exchange(public_dirty_, false)) {
    writer.Set<FactKind::kMeshVirtualServiceHosts>("",
                                                   {public_hosts_.begin(), public_hosts_.end()});
  }
  for (const std::string& ns : std::exchange(private_dirty_, {})) {
    const std::set<std::string>& hosts = private_hosts_[ns];
    if (hosts.empty()) {
      private_hosts_.erase(ns);
      writer.Erase<FactKind::kMeshVirtualServiceHosts>(ns);
    } else {
      writer.Set<FactKind::kMeshVirtualServiceHosts>(ns, {hosts.begin(), hosts.end()});
    }
  }
  if (std::exchange(wildcards_dirty_, false)) {
    writer.Set<FactKind::kMeshWildcardHosts>("", LongestFirst(wildcards_));
  }
}

}  // namespace binnacle::mesh
