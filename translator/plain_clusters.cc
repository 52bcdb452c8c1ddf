#include "translator/plain_clusters.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "translator/cluster.h"
#include "translator/cluster_discovery.h"
#include "translator/upstream_tls.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;

// The texts of a form, by index.
enum Text : size_t { kName, kStatistics, kHost, kNamespace, kServiceName, kServerName, kAccepted };

// A service of the same kind: what its cluster depends on besides names.
mesh::Service StandIn(const mesh::Service& service, const mesh::ServicePort& port) {
  mesh::Service stand_in;
  stand_in.host = MessageForm::Blank(kHost);
  stand_in.ns = MessageForm::Blank(kNamespace);
  stand_in.name = MessageForm::Blank(kServiceName);
  stand_in.registry = service.registry;
  stand_in.resolution = service.resolution;
  stand_in.mesh_external = service.mesh_external;
  stand_in.headless = service.headless;
  stand_in.prefer_same_zone = service.prefer_same_zone;
  stand_in.prefer_same_node = service.prefer_same_node;
  stand_in.node_local = service.node_local;
  stand_in.ports.push_back({port.number, "", port.protocol});
  return stand_in;
}

std::string KeyOf(const Destination& destination, const std::optional<MeshTls>& tls) {
  const mesh::Service& service = *destination.service;
  const mesh::ServicePort& port = *destination.port;
  return absl::StrCat(port.number, " ", static_cast<int>(port.protocol), " ",
                      static_cast<int>(service.registry), " ", static_cast<int>(service.resolution),
                      " ", service.mesh_external, service.headless, service.prefer_same_zone,
                      service.prefer_same_node, service.node_local, " ",
                      tls.has_value() ? tls->accepted.size() + 1 : 0);
}

std::shared_ptr<const MessageForm> FormOf(mesh::View& view, const ProxyClass& proxy,
                                          const Destination& like,
                                          const std::optional<MeshTls>& tls) {
  const mesh::Service service = StandIn(*like.service, *like.port);
  Destination destination;
  destination.service = &service;
  destination.port = &service.ports.front();
  std::optional<MeshTls> blank_tls;
  if (tls.has_value()) {
    blank_tls.emplace().server_name = MessageForm::Blank(kServerName);
    for (size_t i = 0; i < tls->accepted.size(); ++i) {
      blank_tls->accepted.push_back(MessageForm::Blank(kAccepted + i));
    }
  }
  Translated<Cluster> cluster;
  SetPlainCluster(view, proxy, destination,
                  {MessageForm::Blank(kName), MessageForm::Blank(kStatistics)}, blank_tls, cluster);
  return std::make_shared<const MessageForm>(cluster.message);
}

// Which names are accepted is part of the form but for their spelling.
bool AreUris(const std::vector<std::string>& names) {
  return absl::c_all_of(names, [](absl::string_view n) { return absl::StrContains(n, "://"); });
}

// Elsewhere endpoints are part of the cluster.
bool HasOnlyNames(const Destination& destination, const ProxyClass& proxy) {
  if (proxy.type == ProxyType::kGrpc || destination.rule != nullptr) return false;
  const Discovery discovery = DiscoveryOf(destination, proxy.type);
  return discovery == Discovery::kEds || discovery == Discovery::kOriginalDst;
}

}  // namespace

std::optional<PlainCluster> PlainClusters::Fill(mesh::View& view, const ProxyClass& proxy,
                                                const Destination& destination) {
  if (!HasOnlyNames(destination, proxy)) return std::nullopt;
  Origins origins = OriginsOf(destination);
  const auto tls = FindAutoMutualTls(view, proxy, destination, origins);
  if (tls.has_value() && !AreUris(tls->accepted)) return std::nullopt;
  const auto form = forms_.Get(KeyOf(destination, tls), view, [&](mesh::View& reading) {
    return FormOf(reading, proxy, destination, tls);
  });
  const mesh::Service& service = *destination.service;
  ClusterNames names = NamesOf(destination);
  absl::InlinedVector<absl::string_view, kAccepted + 4> texts = {
      names.name, names.statistics, service.host, service.ns, service.name};
  if (tls.has_value()) {
    texts.push_back(tls->server_name);
    texts.insert(texts.end(), tls->accepted.begin(), tls->accepted.end());
  }
  std::string bytes = form->Fill(texts);
  return PlainCluster{std::move(names.name), std::move(bytes), std::move(origins)};
}

}  // namespace binnacle::translator
