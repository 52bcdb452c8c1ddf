#include "translator/fixed_clusters.h"

#include "absl/strings/str_cat.h"
#include "translator/cluster_name.h"
#include "translator/connection_pool.h"
#include "translator/http_protocol_options.h"
#include "translator/passthrough_bind.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using Result = Translated<Cluster>;

constexpr int kPassthroughIdleSeconds = 300;

Result Named(mesh::View& view, absl::string_view name) {
  Result out;
  out.message.set_name(std::string(name));
  out.message.set_alt_stat_name(absl::StrCat(name, ";"));
  ApplyConnectionPool({}, view.settings().config, out.message);
  return out;
}

Result BlackHole(mesh::View& view) {
  Result out = Named(view, kBlackHoleCluster);
  out.message.clear_circuit_breakers();
  out.message.set_type(Cluster::STATIC);
  return out;
}

Result Passthrough(mesh::View& view, absl::string_view name) {
  Result out = Named(view, name);
  Cluster& cluster = out.message;
  cluster.set_type(Cluster::ORIGINAL_DST);
  cluster.set_lb_policy(Cluster::CLUSTER_PROVIDED);
  policy::v1::ConnectionPoolSettings pool;
  pool.mutable_http()->mutable_idle_timeout()->set_seconds(kPassthroughIdleSeconds);
  ApplyHttpProtocolOptions(UpstreamHttp::kAsDownstream, pool, {}, cluster);
  return out;
}

}  // namespace

std::vector<Result> BuildFixedClusters(mesh::View& view, const ProxyClass& proxy) {
  std::vector<Result> clusters;
  if (proxy.type == ProxyType::kGrpc) return clusters;
  clusters.push_back(BlackHole(view));
  if (proxy.type != ProxyType::kSidecar) return clusters;
  clusters.push_back(Passthrough(view, kPassthroughCluster));
  clusters.push_back(Passthrough(view, kInboundPassthroughCluster));
  BindToPassthroughAddress(proxy, clusters.back().message);
  return clusters;
}

}  // namespace binnacle::translator
