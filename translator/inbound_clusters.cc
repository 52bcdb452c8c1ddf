#include "translator/inbound_clusters.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"
#include "translator/cluster_metadata.h"
#include "translator/cluster_name.h"
#include "translator/connection_pool.h"
#include "translator/http_protocol_options.h"
#include "translator/passthrough_bind.h"
#include "translator/socket_address.h"
#include "translator/traffic_policy.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using policy::v1::MeshConfig;
using policy::v1::TrafficPolicy;
using Result = Translated<Cluster>;

// The one address that an inbound cluster ever has is not to be forgotten for
// having been idle.
constexpr int64_t kCleanupSeconds = int64_t{365} * 24 * 3600;

// Which of several services of one host is meant here: the proxy knows.
const mesh::Service* FindLocal(mesh::View& view, const LocalService& local) {
  const auto* services = view.Find<mesh::FactKind::kServices>(local.host);
  if (services == nullptr) return nullptr;
  for (const auto& service : *services) {
    if (service->ns == local.ns && service->ports.size() == local.ports.size()) {
      return service.get();
    }
  }
  return nullptr;
}

// A workload that listens on every address is reached where the caller went;
// one that listens on loopback alone needs the mesh to say so.
void SetDestination(const ProxyClass& proxy, const MeshConfig& mesh, uint32_t port,
                    Cluster& cluster) {
  if (mesh.inbound_traffic_policy().mode() == MeshConfig::InboundTrafficPolicy::LOCALHOST) {
    cluster.set_type(Cluster::STATIC);
    cluster.mutable_load_assignment()->set_cluster_name(cluster.name());
    *cluster.mutable_load_assignment()
         ->add_endpoints()
         ->add_lb_endpoints()
         ->mutable_endpoint()
         ->mutable_address() = SocketAddress(proxy.ipv6_only ? "::1" : "127.0.0.1", port);
    return;
  }
  cluster.set_type(Cluster::ORIGINAL_DST);
  cluster.set_lb_policy(Cluster::CLUSTER_PROVIDED);
  cluster.mutable_cleanup_interval()->set_seconds(kCleanupSeconds);
  BindToPassthroughAddress(proxy, cluster);
}

Result BuildInboundCluster(mesh::View& view, const ProxyClass& proxy, const mesh::Service& service,
                           const mesh::ServicePort& port, uint32_t workload_port) {
  const MeshConfig& mesh = view.settings().config;
  const mesh::Rule* rule =
      mesh::FindDestinationRule(view, proxy.ns, proxy.labels, service.host, service.ns);
  const TrafficPolicy policy =
      EffectiveTrafficPolicy(rule == nullptr ? nullptr : rule->spec.get(), port.number, "");
  Result out;
  out.origins.push_back(service.origin);
  if (rule != nullptr) {
    out.origins.insert(out.origins.end(), rule->origins.begin(), rule->origins.end());
  }
  Cluster& cluster = out.message;
  cluster.set_name(InboundClusterName(workload_port));
  cluster.set_alt_stat_name(absl::StrCat(cluster.name(), ";"));
  SetDestination(proxy, mesh, workload_port, cluster);
  ApplyConnectionPool(policy, mesh, cluster);
  const auto& pool = policy.connection_pool();
  // What callers are told to upgrade is not what the workload itself speaks.
  const UpstreamHttp http = ChooseUpstreamHttp(port, {}, MeshConfig());
  ApplyHttpProtocolOptions(http, pool, {}, cluster);
  SetInboundMetadata(service, *cluster.mutable_metadata());
  return out;
}

}  // namespace

std::vector<Result> BuildInboundClusters(mesh::View& view, const ProxyClass& proxy) {
  std::vector<Result> clusters;
  if (proxy.type != ProxyType::kSidecar) return clusters;
  absl::btree_set<uint32_t> taken;  // several services may share a port: the first decides
  for (const LocalService& local : proxy.services) {
    const mesh::Service* service = FindLocal(view, local);
    if (service == nullptr) continue;
    for (size_t i = 0; i < local.ports.size(); ++i) {
      const uint32_t port = local.ports[i];
      if (port == 0 || service->ports[i].protocol == mesh::Protocol::kUdp) continue;
      if (!taken.insert(port).second) continue;
      clusters.push_back(BuildInboundCluster(view, proxy, *service, service->ports[i], port));
    }
  }
  return clusters;
}

}  // namespace binnacle::translator
