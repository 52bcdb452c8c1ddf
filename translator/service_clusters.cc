#include "translator/service_clusters.h"

#include <utility>

#include "mesh/lookup.h"
#include "proto/policy/gateway.pb.h"
#include "translator/cluster.h"
#include "translator/destination.h"

namespace binnacle::translator {
namespace {

using Clusters = std::vector<Translated<envoy::config::cluster::v3::Cluster>>;

bool PassesMeshTlsOn(const policy::v1::Gateway& gateway) {
  for (const auto& server : gateway.servers()) {
    if (server.tls().mode() == policy::v1::ServerTlsSettings::AUTO_PASSTHROUGH) return true;
  }
  return false;
}

}  // namespace

bool NeedsSniDnat(mesh::View& view, const ProxyClass& proxy) {
  if (proxy.type != ProxyType::kGateway) return false;
  for (const policy::Object* gateway : mesh::GatewaysFor(view, proxy.labels)) {
    if (PassesMeshTlsOn(gateway->As<policy::v1::Gateway>())) return true;
  }
  return false;
}

Clusters BuildServiceClusters(mesh::View& view, const ProxyClass& proxy, absl::string_view host) {
  const std::vector<Destination> destinations = FindDestinations(view, proxy, host);
  Clusters clusters;
  clusters.reserve(destinations.size());
  for (const Destination& destination : destinations) {
    if (auto cluster = BuildOutboundCluster(view, proxy, destination)) {
      clusters.push_back(*std::move(cluster));
    }
  }
  return clusters;
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
