#include "translator/sidecar_routes.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

constexpr absl::string_view kReviews = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: default}
spec: {clusterIP: 10.96.0.10, ports: [{name: http, port: 80}, {name: web, port: 81}, {name: tcp-db, port: 82}]}
)";

constexpr absl::string_view kHost = "reviews.default.svc.cluster.local";

using Names = std::vector<std::string>;

Names Listed(const DomainList& domains) { return {domains.begin(), domains.end()}; }

}  // namespace

TEST_CASE("a client of the service's namespace may call it by its bare name") {
  RouteMesh mesh(kReviews);
  const auto host = BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, "80");
  REQUIRE(host.has_value());
  CHECK(host->name == "reviews.default.svc.cluster.local:80");
  CHECK(Listed(host->domains()) == std::vector<std::string>{"reviews.default.svc.cluster.local",
                                                            "reviews.default.svc.cluster.local.",
                                                            "reviews", "reviews.default.svc",
                                                            "reviews.default", "10.96.0.10"});
  REQUIRE(host->origins.size() == 1);
  CHECK(host->origins[0].ToString() == "mesh.yaml:2");
}

TEST_CASE("a client of another namespace may not") {
  RouteMesh mesh(kReviews);
  mesh.proxy.ns = "shop";
  const auto host = BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, "80");
  REQUIRE(host.has_value());
  CHECK(Listed(host->domains()) == std::vector<std::string>{"reviews.default.svc.cluster.local",
                                                            "reviews.default.svc.cluster.local.",
                                                            "reviews.default",
                                                            "reviews.default.svc", "10.96.0.10"});
}

TEST_CASE("a port that does not carry HTTP has no virtual host") {
  RouteMesh mesh(kReviews);
  CHECK_FALSE(BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, "82").has_value());
  CHECK_FALSE(BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, "83").has_value());
  CHECK(BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, "81").has_value());
}

TEST_CASE("a route name that is neither a port nor host:port has no routes") {
  RouteMesh mesh(kReviews);
  for (absl::string_view name : {"", "http", "0", "65536", ":80", "x:", "80x", "nobody:80"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(SidecarVirtualHostNames(mesh.view, mesh.proxy, name).has_value());
  }
}

TEST_CASE("a port on an address of its own takes any name and has no catch-all") {
  RouteMesh mesh(kReviews);
  const std::string name = "reviews.default.svc.cluster.local:81";
  CHECK(SidecarVirtualHostNames(mesh.view, mesh.proxy, name) ==
        std::vector<std::string>{std::string(kHost)});
  const auto host = BuildSidecarVirtualHost(mesh.view, mesh.proxy, kHost, name);
  REQUIRE(host.has_value());
  CHECK(Listed(host->domains()) == std::vector<std::string>{"*"});
  CHECK(BuildSidecarRouteShell(mesh.view, mesh.proxy, name).message.virtual_hosts().empty());
}

TEST_CASE("a virtual host that is filled in is the one that is built") {
  policy::v1::MeshConfig config;
  config.mutable_default_http_retry_policy()->set_attempts(7);
  for (const auto& settings :
       {mesh::DefaultSettings(), mesh::MeshSettings{mesh::WithDefaults(config), "cluster.local"}}) {
    RouteMesh mesh(std::string(kReviews) + R"(
---
apiVersion: v1
kind: Service
metadata: {name: longer-than-the-other, namespace: shop}
spec: {clusterIP: None, ports: [{name: http, port: 80}, {name: any, port: 81}]}
---
apiVersion: v1
kind: Service
metadata: {name: hashed, namespace: shop}
spec: {clusterIP: 10.96.0.12, ports: [{name: http, port: 80}, {name: http2, port: 81}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: hashed, namespace: shop}
spec: {host: hashed, trafficPolicy: {portLevelSettings: [{port: {number: 80}, loadBalancer: {consistentHash: {useSourceIp: true}}}]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: routed, namespace: default}
spec:
  hosts: [routed.example.com, hashed.shop.svc.cluster.local]
  http: [{route: [{destination: {host: reviews}}]}]
)",
                   settings);
    const auto forms = MakeRouteForms(mesh.view);
    int made = 0;
    for (absl::string_view port : {"80", "81", "82"}) {
      for (const std::string& host : SidecarVirtualHostNames(mesh.view, mesh.proxy, port)
                                         .value_or(std::vector<std::string>())) {
        CAPTURE(host, std::string(port));
        const auto filled = BuildSidecarVirtualHost(mesh.view, mesh.proxy, host, port, forms.get());
        const auto built = BuildSidecarVirtualHost(mesh.view, mesh.proxy, host, port);
        REQUIRE(filled.has_value() == built.has_value());
        if (!built.has_value()) continue;
        CHECK(filled->message == built->message);
        CHECK(filled->name == built->name);
        CHECK(filled->domains() == built->domains());
        CHECK(filled->origins == built->origins);
        envoy::config::route::v3::VirtualHost message;
        REQUIRE(message.ParseFromString(built->message));
        CHECK(built->message == VirtualHostPart::Make(message, {}).message);
        CHECK(built->name == message.name());
        CHECK(Listed(built->domains()) ==
              Names(message.domains().begin(), message.domains().end()));
        ++made;
      }
    }
    CHECK(made == 10);
  }
}

TEST_CASE("hosts of VirtualServices that are no service's stand among the services'") {
  RouteMesh mesh(std::string(kReviews) + R"(
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: more, namespace: default}
spec:
  hosts: [a.example.com, z.example.com, reviews]
  http: [{route: [{destination: {host: reviews}}]}]
)");
  CHECK(SidecarVirtualHostNames(mesh.view, mesh.proxy, "80") ==
        std::vector<std::string>{"a.example.com", std::string(kHost), "z.example.com"});
  const auto host = BuildSidecarVirtualHost(mesh.view, mesh.proxy, "z.example.com", "80");
  REQUIRE(host.has_value());
  CHECK(Listed(host->domains()) == std::vector<std::string>{"z.example.com"});
  REQUIRE(host->origins.size() == 1);
  CHECK(host->origins[0].ToString() == "mesh.yaml:8");
}

TEST_CASE("what the mesh does not know goes on, or gets 502") {
  RouteMesh open(kReviews);
  const auto allow = BuildSidecarRouteShell(open.view, open.proxy, "80");
  REQUIRE(allow.message.virtual_hosts_size() == 1);
  CHECK(allow.message.virtual_hosts(0).name() == "allow_any");
  CHECK(allow.message.virtual_hosts(0).routes(0).route().cluster() == "PassthroughCluster");

  mesh::MeshSettings settings = mesh::DefaultSettings();
  settings.config.mutable_outbound_traffic_policy()->set_mode(
      policy::v1::MeshConfig::OutboundTrafficPolicy::REGISTRY_ONLY);
  RouteMesh closed(kReviews, settings);
  const auto block = BuildSidecarRouteShell(closed.view, closed.proxy, "80");
  REQUIRE(block.message.virtual_hosts_size() == 1);
  CHECK(block.message.virtual_hosts(0).name() == "block_all");
  CHECK(block.message.virtual_hosts(0).routes(0).direct_response().status() == 502);
}

}  // namespace binnacle::translator
