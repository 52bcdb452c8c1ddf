#include "translator/plain_clusters.h"

#include <catch2/catch.hpp>
#include <string>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "mesh/lookup.h"
#include "translator/cluster.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

// Services of every kind, twice each, so that one is made from the other.
std::string Services() {
  std::string yaml;
  for (absl::string_view name : {"one", "another-with-a-longer-name"}) {
    for (absl::string_view location : {"MESH_INTERNAL", "MESH_EXTERNAL"}) {
      for (absl::string_view resolution : {"STATIC", "NONE", "DNS"}) {
        absl::SubstituteAndAppend(&yaml, R"(---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: $0-$3, namespace: shop}
spec:
  hosts: [$0-$3.example.com]
  ports: [{number: 80, name: a, protocol: HTTP}, {number: 81, name: b, protocol: GRPC},
          {number: 82, name: c, protocol: TCP}, {number: 83, name: d, protocol: TLS}]
  location: $1
  resolution: $2
)",
                                  name, location, resolution,
                                  absl::StrCat(location == "MESH_INTERNAL" ? "in-" : "out-",
                                               resolution == "STATIC" ? "static"
                                               : resolution == "NONE" ? "none"
                                                                      : "dns"));
      }
    }
    absl::SubstituteAndAppend(&yaml, R"(---
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: shop}
spec: {clusterIP: 10.96.0.10, selector: {app: $0}, ports: [{name: http, port: 80}, {name: x, port: 81}]}
---
apiVersion: v1
kind: Service
metadata: {name: $0-near, namespace: shop}
spec: {clusterIP: 10.96.0.11, trafficDistribution: PreferClose, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: $0-local, namespace: shop}
spec: {clusterIP: 10.96.0.12, internalTrafficPolicy: Local, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: $0-headless, namespace: shop}
spec: {clusterIP: None, ports: [{name: tcp, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: $0-named, namespace: shop}
spec:
  hosts: [$0-named.example.com]
  ports: [{number: 80, name: a, protocol: HTTP}]
  location: MESH_INTERNAL
  resolution: STATIC
  subjectAltNames: [$1]
)",
                              name, name == "one" ? "spiffe://a, spiffe://b" : "names.example.com");
  }
  return yaml;
}

std::string Workloads() {
  std::string yaml;
  for (absl::string_view name : {"one", "another-with-a-longer-name"}) {
    absl::SubstituteAndAppend(&yaml, R"(---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: $0, namespace: shop}
spec: {address: 10.0.0.$1, serviceAccount: account-of-$0, labels: {app: $0}}
)",
                              name, name.size());
  }
  return yaml;
}

// How many of the clusters of all services were filled in; each of them must
// be what is built without.
int CheckSame(const ProxyClass& proxy, mesh::MeshSettings settings) {
  mesh::Store store(std::move(settings));
  const auto snapshot = store.Apply(mesh::Putting(Services() + Workloads()));
  mesh::View view(*snapshot);
  PlainClusters plain;
  int filled = 0;
  for (absl::string_view host : mesh::VisibleHosts(view, proxy.ns)) {
    for (const Destination& destination : FindDestinations(view, proxy, host)) {
      const auto cluster = plain.Fill(view, proxy, destination);
      if (!cluster.has_value()) continue;
      const auto built = BuildOutboundCluster(view, proxy, destination);
      REQUIRE(built.has_value());
      INFO(built->message.ShortDebugString());
      CHECK(cluster->name == built->message.name());
      CHECK(cluster->bytes == Serialize(built->message));
      CHECK(cluster->origins == built->origins);
      ++filled;
    }
  }
  return filled;
}

}  // namespace

TEST_CASE("a cluster that is filled in is the one that is built") {
  ProxyClass proxy;
  proxy.ns = "shop";
  proxy.envoy = {1, 40};
  for (const ProxyType type : {ProxyType::kSidecar, ProxyType::kGateway}) {
    for (const bool agent : {true, false}) {
      CAPTURE(static_cast<int>(type), agent);
      proxy.type = type;
      proxy.agent = agent;
      CHECK(CheckSame(proxy, mesh::DefaultSettings()) > 20);
      policy::v1::MeshConfig config;
      config.set_h2_upgrade_policy(policy::v1::MeshConfig::UPGRADE);
      config.add_trust_domain_aliases("old.example");
      config.mutable_tcp_keepalive()->set_probes(3);
      CHECK(CheckSame(proxy, {mesh::WithDefaults(config), "cluster.local"}) > 20);
    }
  }
}

TEST_CASE("where there is more to a cluster than names, none is filled in") {
  ProxyClass proxy;
  proxy.ns = "shop";
  proxy.type = ProxyType::kGrpc;
  CHECK(CheckSame(proxy, mesh::DefaultSettings()) == 0);
}

}  // namespace binnacle::translator
