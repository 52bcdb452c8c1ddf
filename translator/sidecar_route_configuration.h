// translator/sidecar_route_configuration.h
//
// One route configuration of a sidecar, remembered virtual host by virtual
// host: a change builds the virtual hosts that it touches, and the rest is
// copied.
//
// Threads  guarded by its owner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "mesh/snapshot.h"
#include "translator/memo.h"
#include "translator/proxy_class.h"
#include "translator/resource.h"
#include "translator/resource_pool.h"
#include "translator/route_assembly.h"
#include "translator/sidecar_routes.h"

namespace binnacle::translator {

class SidecarRouteConfiguration {
 public:
  // `proxy` and `pool` must outlive it.
  SidecarRouteConfiguration(std::string name, const ProxyClass& proxy, ResourcePool& pool,
                            MemoCounts* counts);

  // nullptr if there are no such routes for that proxy.
  ResourcePtr Update(const mesh::Snapshot& snapshot);

 private:
  using Names = std::vector<std::string>;
  using PartPtr = std::shared_ptr<const VirtualHostPart>;
  using Shell = Translated<envoy::config::route::v3::RouteConfiguration>;

  // What has to be done again for a resource with the parts of now.
  enum class Work : uint8_t { kNothing, kAssemble, kResolve };

  PartPtr Part(const mesh::Snapshot& snapshot, const std::string& host);
  Work UpdateAll(const mesh::Snapshot& snapshot, const Names& names);
  Work UpdateSome(const mesh::Snapshot& snapshot, const Names& hosts);

  const std::string name_;
  const ProxyClass& proxy_;
  ResourcePool& pool_;
  Memo<Names> listing_;
  Memo<Shell> shell_;
  Memo<RouteForms> forms_;
  Memo<VirtualHostPart> built_;

  std::shared_ptr<const Names> names_;  // of the last Update()
  std::shared_ptr<const Shell> around_;
  VirtualHostParts parts_;     // by index in names_; nullptr: none
  VirtualHostParts resolved_;  // as ResolveDomains() leaves them
  ResourcePtr resource_;
};

}  // namespace binnacle::translator
