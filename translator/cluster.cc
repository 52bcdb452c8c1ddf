#include "translator/cluster.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster.pb.h"
#include "translator/cluster_discovery.h"
#include "translator/cluster_metadata.h"
#include "translator/cluster_name.h"
#include "translator/config_source.h"
#include "translator/connection_pool.h"
#include "translator/http_protocol_options.h"
#include "translator/load_assignment.h"
#include "translator/load_balancer.h"
#include "translator/locality_load_balancing.h"
#include "translator/outlier_detection.h"
#include "translator/proxy_protocol_upstream.h"
#include "translator/typed_config.h"
#include "translator/upstream_tls.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using policy::v1::MeshConfig;
using DynamicDns = envoy::extensions::clusters::dynamic_forward_proxy::v3::ClusterConfig;
using Result = Translated<Cluster>;

constexpr EnvoyVersion kDnsJitter{1, 32};
constexpr int kDnsJitterNanos = 100'000'000;

Cluster::DnsLookupFamily LookupFamily(const ProxyClass& proxy) {
  return proxy.ipv6_only ? Cluster::V6_ONLY : Cluster::V4_ONLY;
}

void SetEds(Cluster& cluster) {
  cluster.set_type(Cluster::EDS);
  auto& eds = *cluster.mutable_eds_cluster_config();
  SetAds(*eds.mutable_eds_config());
  eds.set_service_name(cluster.name());
}

// These fields have a newer place in an extension of its own, which proxies of
// last year do not know; every version still reads them here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void SetDnsRefresh(const MeshConfig& mesh, const ProxyClass& proxy, Cluster& cluster) {
  *cluster.mutable_dns_refresh_rate() = mesh.dns_refresh_rate();
  cluster.set_respect_dns_ttl(true);
  if (proxy.envoy >= kDnsJitter) cluster.mutable_dns_jitter()->set_nanos(kDnsJitterNanos);
}
#pragma GCC diagnostic pop

void SetDns(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
            Discovery discovery, Result& out) {
  Cluster& cluster = out.message;
  auto assignment = BuildLoadAssignment(view, proxy, destination, cluster.name(), /*names=*/true);
  *cluster.mutable_load_assignment() = std::move(assignment.message);
  out.origins.insert(out.origins.end(), assignment.origins.begin(), assignment.origins.end());
  const auto& groups = cluster.load_assignment().endpoints();
  const bool single = groups.size() == 1 && groups[0].lb_endpoints_size() == 1;
  cluster.set_type(discovery == Discovery::kLogicalDns && single ? Cluster::LOGICAL_DNS
                                                                 : Cluster::STRICT_DNS);
  cluster.set_dns_lookup_family(LookupFamily(proxy));
  SetDnsRefresh(view.settings().config, proxy, cluster);
}

// All such clusters share one cache, so its settings are the same everywhere.
void SetDynamicDns(const ProxyClass& proxy, Cluster& cluster) {
  DynamicDns config;
  config.mutable_dns_cache_config()->set_name("dynamic_dns");
  config.mutable_dns_cache_config()->set_dns_lookup_family(LookupFamily(proxy));
  // Plaintext has no certificate to check the request's host against.
  config.set_allow_insecure_cluster_options(true);
  auto& type = *cluster.mutable_cluster_type();
  type.set_name("envoy.clusters.dynamic_forward_proxy");
  SetTypedConfig(config, *type.mutable_typed_config());
}

void SetDiscovery(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                  Result& out) {
  const Discovery discovery = DiscoveryOf(destination, proxy.type);
  switch (discovery) {
    case Discovery::kEds:
      SetEds(out.message);
      return;
    case Discovery::kStrictDns:
    case Discovery::kLogicalDns:
      SetDns(view, proxy, destination, discovery, out);
      return;
    case Discovery::kOriginalDst:
      out.message.set_type(Cluster::ORIGINAL_DST);
      return;
    case Discovery::kDynamicDns:
      SetDynamicDns(proxy, out.message);
      return;
  }
}

void SetLoadBalancing(const ProxyClass& proxy, const Destination& destination,
                      const MeshConfig& mesh, Cluster& cluster) {
  if (cluster.has_cluster_type()) {
    cluster.set_lb_policy(Cluster::CLUSTER_PROVIDED);
    return;
  }
  ApplyLoadBalancer(destination.policy.load_balancer(), proxy.type, cluster);
  if (cluster.type() == Cluster::ORIGINAL_DST) return;
  ApplyLocalityPreference(PreferenceOf(destination, mesh), cluster);
}

// All but what the cluster connects over.
void Begin(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
           ClusterNames names, Result& out) {
  Cluster& cluster = out.message;
  cluster.set_alt_stat_name(std::move(names.statistics));
  cluster.set_name(std::move(names.name));
  SetDiscovery(view, proxy, destination, out);
  const MeshConfig& mesh = view.settings().config;
  ApplyConnectionPool(destination.policy, mesh, cluster);
  SetLoadBalancing(proxy, destination, mesh, cluster);
  ApplyOutlierDetection(destination.policy, cluster);
  SetOutboundMetadata(destination, *cluster.mutable_metadata());
}

bool KnownToGrpc(const Cluster& cluster) {
  return cluster.type() == Cluster::EDS || cluster.type() == Cluster::LOGICAL_DNS;
}

}  // namespace

// The end of a statistic's name cannot be told from the name otherwise: both may
// hold dots.
ClusterNames NamesOf(const Destination& destination) {
  std::string name =
      OutboundClusterName(destination.port->number, destination.subset, destination.service->host);
  std::string statistics = absl::StrCat(name, ";");
  return {std::move(name), std::move(statistics)};
}

void SetPlainCluster(mesh::View& view, const ProxyClass& proxy, const Destination& destination,
                     ClusterNames names, const std::optional<MeshTls>& tls, Result& out) {
  Begin(view, proxy, destination, std::move(names), out);
  const auto& pool = destination.policy.connection_pool();
  const UpstreamHttp http = ChooseUpstreamHttp(*destination.port, pool, view.settings().config);
  if (tls.has_value()) ApplyAutoMutualTls(*tls, proxy, http, out.message);
  ApplyHttpProtocolOptions(http, pool, {}, out.message);
}

std::optional<Result> BuildOutboundCluster(mesh::View& view, const ProxyClass& proxy,
                                           const Destination& destination) {
  Result out;
  out.origins = OriginsOf(destination);
  if (destination.rule == nullptr && proxy.type != ProxyType::kGrpc) {
    const auto tls = FindAutoMutualTls(view, proxy, destination, out.origins);
    SetPlainCluster(view, proxy, destination, NamesOf(destination), tls, out);
    return out;
  }
  Begin(view, proxy, destination, NamesOf(destination), out);
  if (proxy.type == ProxyType::kGrpc) {
    if (out.message.has_cluster_type() || !KnownToGrpc(out.message)) return std::nullopt;
    return out;
  }
  const auto& pool = destination.policy.connection_pool();
  const UpstreamHttp http = ChooseUpstreamHttp(*destination.port, pool, view.settings().config);
  const NameFromRequest names =
      ApplyUpstreamTls(view, proxy, destination, http, out.message, out.origins);
  if (destination.policy.has_proxy_protocol()) {
    WrapInProxyProtocol(destination.policy.proxy_protocol(), out.message);
  }
  ApplyHttpProtocolOptions(http, pool, names, out.message);
  return out;
}

std::optional<Result> BuildSniDnatCluster(mesh::View& view, const ProxyClass& proxy,
                                          const Destination& destination) {
  if (destination.service->mesh_external) return std::nullopt;
  Result out;
  out.origins = OriginsOf(destination);
  std::string name =
      SniDnatClusterName(destination.port->number, destination.subset, destination.service->host);
  std::string statistics = absl::StrCat(name, ";");
  Begin(view, proxy, destination, {std::move(name), std::move(statistics)}, out);
  return out;
}

}  // namespace binnacle::translator
