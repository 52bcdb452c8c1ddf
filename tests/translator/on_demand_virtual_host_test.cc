#include "translator/on_demand_virtual_host.h"

#include "envoy/config/listener/v3/listener_components.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "tests/translator/route_mesh.h"
#include "translator/http_connection_manager.h"
#include "translator/sidecar_routes.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::VirtualHost;

constexpr absl::string_view kShop = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: default}
spec: {clusterIP: 10.96.0.10, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: default}
spec: {clusterIP: None, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: partners, namespace: default}
spec:
  hosts: ["*.partner.example", "*.near.partner.example"]
  resolution: NONE
  ports: [{number: 80, name: http, protocol: HTTP}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: canary, namespace: default}
spec:
  hosts: ["*-canary.example.com"]
  http: [{route: [{destination: {host: reviews}}], timeout: 7s}]
)";

VirtualHost Asked(RouteMesh& mesh, absl::string_view name) {
  const auto answer = BuildOnDemandVirtualHost(mesh.view, mesh.proxy, name);
  REQUIRE(answer.has_value());
  return answer->message;
}

std::string ClusterFor(RouteMesh& mesh, absl::string_view name) {
  return Asked(mesh, name).routes(0).route().cluster();
}

constexpr absl::string_view kReviews = "outbound|80||reviews.default.svc.cluster.local";

}  // namespace

TEST_CASE("a host is found by each of its names, with a port or without") {
  RouteMesh mesh(kShop);
  for (absl::string_view host :
       {"reviews", "reviews:80", "reviews.default", "reviews.default.svc:1",
        "reviews.default.svc.cluster.local", "reviews.default.svc.cluster.local.", "10.96.0.10",
        "10.96.0.10:80"}) {
    CAPTURE(std::string(host));
    const std::string name = absl::StrCat("80/", host);
    const VirtualHost answer = Asked(mesh, name);
    CHECK(answer.name() == name);
    REQUIRE(answer.domains_size() == 1);
    CHECK(answer.domains(0) == host);
    CHECK(answer.routes(0).route().cluster() == kReviews);
  }
}

TEST_CASE("the longest wildcard that covers a host has it") {
  RouteMesh mesh(kShop);
  CHECK(ClusterFor(mesh, "80/a.partner.example") == "outbound|80||*.partner.example");
  CHECK(ClusterFor(mesh, "80/a.near.partner.example:80") == "outbound|80||*.near.partner.example");
  CHECK(ClusterFor(mesh, "80/pod-0.db") == "outbound|80||db.default.svc.cluster.local");
  CHECK(Asked(mesh, "80/x-canary.example.com").routes(0).route().timeout().seconds() == 7);
  CHECK(ClusterFor(mesh, "80/-canary.example.com") == "PassthroughCluster");
}

TEST_CASE("a host that the mesh does not know gets what the catch-all does") {
  RouteMesh mesh(kShop);
  const VirtualHost open = Asked(mesh, "80/unknown.example.org");
  CHECK(open.domains(0) == "unknown.example.org");
  CHECK(open.routes(0).route().cluster() == "PassthroughCluster");

  mesh::MeshSettings settings = mesh::DefaultSettings();
  settings.config.mutable_outbound_traffic_policy()->set_mode(
      policy::v1::MeshConfig::OutboundTrafficPolicy::REGISTRY_ONLY);
  RouteMesh closed(kShop, settings);
  CHECK(Asked(closed, "80/unknown.example.org").routes(0).direct_response().status() == 502);
}

TEST_CASE("the answer is shaped by the objects that shape that virtual host") {
  RouteMesh mesh(kShop);
  const auto answer = BuildOnDemandVirtualHost(mesh.view, mesh.proxy, "80/reviews");
  REQUIRE(answer->origins.size() == 1);
  CHECK(answer->origins[0].ToString() == "mesh.yaml:2");
}

TEST_CASE("no answer takes more than the host that was asked for") {
  RouteMesh mesh(kShop);
  for (absl::string_view name : {"80/*", "80/*.partner.example", "80/reviews.*", "80/"}) {
    CAPTURE(std::string(name));
    const VirtualHost answer = Asked(mesh, name);
    REQUIRE(answer.domains_size() == 1);
    CHECK(answer.domains(0) == absl::StrCat(name, "/"));
  }
}

TEST_CASE("a name without a port's routes before it is no virtual host's") {
  RouteMesh mesh(kShop);
  for (absl::string_view name : {"", "80", "x/reviews", "/reviews", "reviews:80/reviews"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(BuildOnDemandVirtualHost(mesh.view, mesh.proxy, name).has_value());
  }
}

TEST_CASE("an empty one stands for its host and has no routes") {
  CHECK(Shown(EmptyOnDemandVirtualHost("80/reviews:80")) ==
        R"(name: "80/reviews:80" domains: "reviews:80")");
}

TEST_CASE("the routes on a port are without virtual hosts, and match hosts with their ports") {
  RouteMesh mesh(kShop);
  const auto routes = BuildOnDemandRoutes(mesh.view, mesh.proxy, "80");
  REQUIRE(routes.has_value());
  CHECK(routes->message.virtual_hosts().empty());
  CHECK(routes->message.vhds().config_source().has_ads());
  CHECK_FALSE(routes->message.ignore_port_in_host_matching());
  CHECK_FALSE(BuildOnDemandRoutes(mesh.view, mesh.proxy, "81").has_value());
  CHECK_FALSE(BuildOnDemandRoutes(mesh.view, mesh.proxy, "reviews:80").has_value());
}

TEST_CASE("only a sidecar whose Envoy can asks for virtual hosts one by one") {
  RouteMesh mesh(kShop);
  Translator translator;
  Node node;
  node.on_demand_hosts = true;
  node.envoy = {1, 40};
  CHECK(translator.Classify(node, *mesh.snapshot)->on_demand_hosts);
  node.envoy = {1, 39};
  CHECK_FALSE(translator.Classify(node, *mesh.snapshot)->on_demand_hosts);
  node.envoy = {1, 40};
  node.type = ProxyType::kGateway;
  CHECK_FALSE(translator.Classify(node, *mesh.snapshot)->on_demand_hosts);
}

TEST_CASE("requests wait for their virtual host before any other filter sees them") {
  using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
  RouteMesh mesh(kShop);
  const auto filters = [&](bool on_demand) {
    HttpConnectionManagerOptions options{.stat_prefix = "x", .route_name = "80"};
    options.on_demand_hosts = on_demand;
    HttpConnectionManager manager;
    envoy::config::listener::v3::Filter filter;
    REQUIRE(filter.ParseFromString(
        BuildOutboundHttp(mesh.view.settings().config, mesh.proxy, options)));
    REQUIRE(filter.typed_config().UnpackTo(&manager));
    std::vector<std::string> names;
    for (const auto& one : manager.http_filters()) names.push_back(one.name());
    return names;
  };
  auto with = filters(true);
  REQUIRE(with.front() == "envoy.filters.http.on_demand");
  with.erase(with.begin());
  CHECK(with == filters(false));
}

}  // namespace binnacle::translator
