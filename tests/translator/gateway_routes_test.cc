#include "translator/gateway_routes.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

constexpr absl::string_view kEdge = R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.com]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: default}
spec:
  hosts: [shop.com]
  gateways: [istio-system/edge]
  http: [{route: [{destination: {host: web}}]}]
)";

struct Edge : RouteMesh {
  Edge() : RouteMesh(kEdge) {
    proxy.type = ProxyType::kGateway;
    proxy.ns = "istio-system";
    proxy.labels = {{"istio", "ingressgateway"}};
  }
};

}  // namespace

TEST_CASE("no virtual host of a gateway that names hosts takes a bare address") {
  Edge mesh;
  const auto routes = BuildGatewayRoutes(mesh.view, mesh.proxy, "http.80");
  REQUIRE(routes.has_value());
  REQUIRE(routes->message.virtual_hosts_size() == 1);
  REQUIRE(routes->message.virtual_hosts(0).domains_size() == 1);
  CHECK(routes->message.virtual_hosts(0).domains(0) == "shop.com");
}

TEST_CASE("gateway and VirtualService are both named as origins") {
  Edge mesh;
  const auto routes = BuildGatewayRoutes(mesh.view, mesh.proxy, "http.80");
  REQUIRE(routes.has_value());
  REQUIRE(routes->origins.size() == 2);
  CHECK(routes->origins[0].ToString() == "mesh.yaml:2");
  CHECK(routes->origins[1].ToString() == "mesh.yaml:11");
}

TEST_CASE("a route name that no server of this gateway has is unknown") {
  Edge mesh;
  for (absl::string_view name : {"", "80", "http.81", "https.443.http.edge.istio-system"}) {
    CHECK_FALSE(BuildGatewayRoutes(mesh.view, mesh.proxy, name).has_value());
  }
  mesh.proxy.labels.clear();
  CHECK_FALSE(BuildGatewayRoutes(mesh.view, mesh.proxy, "http.80").has_value());
}

TEST_CASE("servers grouped once make the same routes") {
  Edge mesh;
  const GatewayServers servers(mesh.view, mesh.proxy);
  REQUIRE(servers.ports().size() == 1);
  CHECK(Shown(BuildGatewayRoutes(mesh.view, mesh.proxy, "http.80", servers)->message) ==
        Shown(BuildGatewayRoutes(mesh.view, mesh.proxy, "http.80")->message));
  CHECK_FALSE(BuildGatewayRoutes(mesh.view, mesh.proxy, "http.81", servers).has_value());
}

}  // namespace binnacle::translator
