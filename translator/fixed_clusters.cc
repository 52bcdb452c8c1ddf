#include "translator/fixed_clusters.h"

#include "absl/strings/str_cat.h"
#include "translator/cluster_name.h"
#include "translator/connection_pool.h"
#include "translator/http_protocol_options.h"
#include "translator/passthrough_bind.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;

constexpr int kPassthroughIdleSeconds = 300;

Cluster Named(mesh::View& view, absl::string_view name) {
  Cluster cluster;
  cluster.set_name(std::string(name));
  cluster.set_alt_stat_name(absl::StrCat(name, ";"));
  ApplyConnectionPool({}, view.settings().config, cluster);
  return cluster;
}

Cluster BlackHole(mesh::View& view) {
  Cluster cluster = Named(view, kBlackHoleCluster);
  cluster.clear_circuit_breakers();
  cluster.set_type(Cluster::STATIC);
  return cluster;
}

Cluster Passthrough(mesh::View& view, absl::string_view name) {
  Cluster cluster = Named(view, name);
  cluster.set_type(Cluster::ORIGINAL_DST);
  cluster.set_lb_policy(Cluster::CLUSTER_PROVIDED);
  policy::v1::ConnectionPoolSettings pool;
  pool.mutable_http()->mutable_idle_timeout()->set_seconds(kPassthroughIdleSeconds);
  ApplyHttpProtocolOptions(UpstreamHttp::kAsDownstream, pool, {}, cluster);
  return cluster;
}

}  // namespace

std::vector<Translated<Cluster>> BuildFixedClusters(mesh::View& view, const ProxyClass& proxy) {
  std::vector<Translated<Cluster>> clusters;
  if (proxy.type == ProxyType::kGrpc) return clusters;
  clusters.push_back({BlackHole(view), {}});
  if (proxy.type != ProxyType::kSidecar) return clusters;
  clusters.push_back({Passthrough(view, kPassthroughCluster), {}});
  Cluster inbound = Passthrough(view, kInboundPassthroughCluster);
  BindToPassthroughAddress(proxy, inbound);
  clusters.push_back({std::move(inbound), {}});
  return clusters;
}

}  // namespace binnacle::translator
