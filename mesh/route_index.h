// mesh/route_index.h
//
// VirtualServices by what they are bound to: keeps the facts kVirtualService,
// kGatewayVirtualServices, kMeshVirtualServices, kMeshVirtualServiceHosts and
// kMeshWildcardHosts.
//
// Threads  belongs to the thread that owns the Store.
// Spec     policy facts, sections 1.2 and 5.1.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "mesh/fact_writer.h"
#include "mesh/mesh_settings.h"
#include "mesh/precedence.h"
#include "mesh/virtual_service_list.h"
#include "policy/object.h"

namespace binnacle::mesh {

class RouteIndex {
 public:
  // `before` and `now` may be nullptr, not both.
  void Change(const ObjectPtr& before, const ObjectPtr& now, const MeshSettings& settings);
  void Derive(const MeshSettings& settings, FactWriter& writer);

 private:
  using Bound = std::map<ObjectPtr, std::shared_ptr<const ListedVirtualService>, ByPrecedence>;

  void Bind(const ObjectPtr& object, const MeshSettings& settings, bool there);
  void BindToMesh(const ObjectPtr& object, const MeshSettings& settings, bool there);
  // `listed`: nullptr if it no longer is.
  void BindToGateway(const std::string& gateway, const ObjectPtr& object,
                     const std::shared_ptr<const ListedVirtualService>& listed);
  void DeriveHost(const std::string& host, const MeshSettings& settings, FactWriter& writer);
  void NoteAudience(const std::string& host, ExportTo audience);
  void DeriveHostLists(FactWriter& writer);

  std::map<policy::ObjectKey, ObjectPtr> changed_;
  std::map<std::string, Bound> by_gateway_;       // "namespace/name"
  std::map<std::string, PrecedenceSet> by_host_;  // of those bound to the mesh
  // Who sees some VirtualService of a host, and the lists that follow from it.
  std::map<std::string, ExportTo> audiences_;
  std::set<std::string> public_hosts_;
  std::map<std::string, std::set<std::string>> private_hosts_;  // by namespace
  bool public_dirty_ = false;
  std::set<std::string> private_dirty_;
  std::set<std::string> wildcards_;
  bool wildcards_dirty_ = false;
  std::set<std::string> dirty_gateways_;
  std::set<std::string> dirty_hosts_;
};

}  // namespace binnacle::mesh
