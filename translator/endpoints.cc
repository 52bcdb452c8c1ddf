#include "translator/endpoints.h"

#include "translator/cluster_discovery.h"
#include "translator/cluster_name.h"
#include "translator/destination.h"
#include "translator/load_assignment.h"

namespace binnacle::translator {

std::optional<Translated<envoy::config::endpoint::v3::ClusterLoadAssignment>> BuildEndpoints(
    mesh::View& view, const ProxyClass& proxy, absl::string_view cluster_name) {
  const auto name = ParseOutboundClusterName(cluster_name);
  if (!name.has_value()) return std::nullopt;
  const auto destination = FindDestination(view, proxy, *name);
  if (!destination.has_value()) return std::nullopt;
  if (DiscoveryOf(*destination, proxy.type) != Discovery::kEds) return std::nullopt;
  return BuildLoadAssignment(view, proxy, *destination, cluster_name, /*names=*/false);
}

}  // namespace binnacle::translator
