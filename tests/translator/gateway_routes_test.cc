#include "translator/gateway_routes.h"

#include "envoy/config/route/v3/route.pb.h"
#include "tests/translator/route_mesh.h"
#include "translator/route_effect.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RouteConfiguration;

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
  explicit Edge(absl::string_view more = "") : RouteMesh(absl::StrCat(kEdge, more)) {
    proxy.type = ProxyType::kGateway;
    proxy.ns = "istio-system";
    proxy.labels = {{"istio", "ingressgateway"}};
  }
};

std::optional<Translated<std::string>> Built(Edge& mesh, absl::string_view name = "http.80") {
  const auto send_on = SendOnForm(mesh.view);
  return BuildGatewayRoutes(mesh.view, mesh.proxy, name, GatewayServers(mesh.view, mesh.proxy),
                            send_on.get());
}

RouteConfiguration Routes(Edge& mesh, absl::string_view name = "http.80") {
  const auto built = Built(mesh, name);
  REQUIRE(built.has_value());
  RouteConfiguration routes;
  REQUIRE(routes.ParseFromString(built->message));
  CHECK(Serialize(routes) == built->message);  // what protobuf itself would write
  return routes;
}

}  // namespace

TEST_CASE("no virtual host of a gateway that names hosts takes a bare address") {
  Edge mesh;
  const auto routes = Routes(mesh);
  REQUIRE(routes.virtual_hosts_size() == 1);
  REQUIRE(routes.virtual_hosts(0).domains_size() == 1);
  CHECK(routes.virtual_hosts(0).domains(0) == "shop.com");
}

TEST_CASE("the gateway is an origin of the whole, the VirtualService of its virtual host") {
  Edge mesh;
  const auto routes = Built(mesh);
  REQUIRE(routes.has_value());
  REQUIRE(routes->origins.size() == 1);
  CHECK(routes->origins[0].ToString() == "mesh.yaml:2");
  REQUIRE(routes->parts.size() == 1);
  CHECK(routes->parts[0]->name == "shop.com:80");
  REQUIRE(routes->parts[0]->origins.size() == 1);
  CHECK(routes->parts[0]->origins[0].ToString() == "mesh.yaml:11");
}

TEST_CASE("a route name that no server of this gateway has is unknown") {
  Edge mesh;
  for (absl::string_view name : {"", "80", "http.81", "https.443.http.edge.istio-system"}) {
    CHECK_FALSE(Built(mesh, name).has_value());
  }
  mesh.proxy.labels.clear();
  CHECK_FALSE(Built(mesh).has_value());
}

TEST_CASE("what several gateways and VirtualServices say of a host stands together, oldest first") {
  Edge mesh(R"(---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: second, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.com"], tls: {httpsRedirect: true}}
  - {port: {number: 80, name: also, protocol: HTTP}, hosts: ["default/*.com", "other/x.org"]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: later, namespace: default, creationTimestamp: "2024-01-02T00:00:00Z"}
spec:
  hosts: [Shop.COM, local]
  gateways: [istio-system/second, istio-system/edge]
  http:
  - route: [{destination: {host: web}}]
    match: [{uri: {prefix: /later}}, {gateways: [istio-system/edge], uri: {exact: /edge}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: sooner, namespace: default, creationTimestamp: "2024-01-01T00:00:00Z"}
spec:
  hosts: [shop.com, other.com, another.com]
  gateways: [istio-system/second]
  http: [{match: [{uri: {prefix: /sooner}}], route: [{destination: {host: web}}]}]
)");
  const auto routes = Routes(mesh);
  std::vector<std::string> shown;
  for (const auto& host : routes.virtual_hosts()) {
    std::string line = host.name();
    if (host.require_tls() == host.ALL) line += " (HTTPS)";
    for (const auto& domain : host.domains()) line += " " + domain;
    line += " ->";
    for (const auto& route : host.routes()) line += " " + route.decorator().operation();
    shown.push_back(line);
  }
  const std::string web = "web.default.svc.cluster.local:80";
  CHECK(shown == std::vector<std::string>{
                     "*.com:80 (HTTPS) *.com ->",
                     "another.com:80 (HTTPS) another.com other.com -> " + web + "/sooner*",
                     "shop.com:80 (HTTPS) shop.com -> " + web + "/sooner* " + web + "/later* " +
                         web + "/edge " + web + "/*"});
}

TEST_CASE("a gateway that nothing is bound to answers 404") {
  Edge mesh;
  mesh.proxy.ns = "elsewhere";
  mesh.snapshot = mesh.store.Apply(mesh::Putting(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: default}
spec: {hosts: [shop.com], gateways: [istio-system/edge], exportTo: [.], http: [{route: [{destination: {host: web}}]}]}
)"));
  mesh::View view(*mesh.snapshot);
  const auto built =
      BuildGatewayRoutes(view, mesh.proxy, "http.80", GatewayServers(view, mesh.proxy));
  REQUIRE(built.has_value());
  RouteConfiguration routes;
  REQUIRE(routes.ParseFromString(built->message));
  CHECK(Serialize(routes) == built->message);
  REQUIRE(routes.virtual_hosts_size() == 1);
  CHECK(routes.virtual_hosts(0).name() == "blackhole:80");
  CHECK(routes.virtual_hosts(0).routes().empty());
}

}  // namespace binnacle::translator
