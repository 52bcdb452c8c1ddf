#include "translator/sni_dnat_clusters.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "mesh/lookup.h"
#include "translator/cluster.h"
#include "translator/destination.h"

namespace binnacle::translator {
namespace {

using Clusters = std::vector<Translated<envoy::config::cluster::v3::Cluster>>;

}  // namespace

bool NeedsSniDnat(mesh::View& view, const ProxyClass& proxy) {
  if (proxy.type != ProxyType::kGateway) return false;
  return absl::c_any_of(mesh::GatewaysFor(view, proxy.labels),
                        [](const auto* gateway) { return gateway->passes_mesh_tls_on; });
}

Clusters BuildSniDnatClusters(mesh::View& view, const ProxyClass& proxy, absl::string_view host) {
  Clusters clusters;
  for (const Destination& destination : FindDestinations(view, proxy, host)) {
    if (auto cluster = BuildSniDnatCluster(view, proxy, destination)) {
      clusters.push_back(*std::move(cluster));
    }
  }
  return clusters;
}

}  // namespace binnacle::translator
