#include "translator/delegate.h"

#include "mesh/lookup.h"
#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

constexpr absl::string_view kRoot = R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: root, namespace: default}
spec:
  hosts: [a.com]
  http:
  - name: r
    delegate: {name: part, namespace: shop}
    timeout: 3s
    mirror: {host: shadow}
  - route: [{destination: {host: rest}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: part, namespace: shop}
spec:
)";

struct Found {
  explicit Found(absl::string_view part) : mesh(absl::StrCat(kRoot, part)) {
    const auto* root = mesh::FindMeshVirtualService(mesh.view, "default", "a.com");
    REQUIRE(root != nullptr);
    http = FindHttpRules(mesh.view, *root, mesh.origins);
  }

  RouteMesh mesh;
  HttpRules http;
};

}  // namespace

TEST_CASE("the delegate's own values win, and the root fills in the rest") {
  Found found("  http: [{name: d, timeout: 1s, route: [{destination: {host: catalog}}]}]\n");
  REQUIRE(found.http.rules.size() == 2);
  const auto& rule = *found.http.rules[0];
  CHECK(rule.name() == "r-d");
  CHECK(rule.timeout().seconds() == 1);
  CHECK(rule.route(0).destination().host() == "catalog.shop.svc.cluster.local");
  CHECK(rule.mirror().host() == "shadow.default.svc.cluster.local");
  CHECK(found.http.rules[1]->route(0).destination().host() == "rest");
  REQUIRE(found.mesh.origins.size() == 1);
  CHECK(found.mesh.origins[0].ToString() == "mesh.yaml:14");
}

TEST_CASE("a delegate that may not be seen, or is none, adds nothing") {
  CHECK(Found("  exportTo: ['.']\n  http: [{route: [{destination: {host: c}}]}]\n")
            .http.rules.size() == 1);
  CHECK(Found("  hosts: [b.com]\n  http: [{route: [{destination: {host: c}}]}]\n")
            .http.rules.size() == 1);
}

}  // namespace binnacle::translator
