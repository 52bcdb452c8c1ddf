#include "translator/route_target.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

constexpr absl::string_view kMesh = R"(
apiVersion: v1
kind: Service
metadata: {name: one, namespace: default}
spec: {clusterIP: 10.96.0.10, ports: [{name: http, port: 7070}]}
---
apiVersion: v1
kind: Service
metadata: {name: two, namespace: default}
spec: {clusterIP: 10.96.0.11, ports: [{name: http, port: 80}, {name: http-b, port: 81}]}
)";

std::string Cluster(const char* json, bool foreign_host = false) {
  RouteMesh mesh(kMesh);
  RouteContext context = mesh.Context(8080);
  context.foreign_host = foreign_host;
  return FindRouteTarget(context, Said<policy::v1::Destination>(json), "default").ClusterName();
}

}  // namespace

TEST_CASE("a destination's port is the one named, the only one, or the one called") {
  CHECK(Cluster(R"({"host": "two", "port": {"number": 81}})") ==
        "outbound|81||two.default.svc.cluster.local");
  CHECK(Cluster(R"({"host": "one", "subset": "v1"})") ==
        "outbound|7070|v1|one.default.svc.cluster.local");
  CHECK(Cluster(R"({"host": "two"})") == "outbound|8080||two.default.svc.cluster.local");
}

TEST_CASE("a host that the mesh does not know has a cluster name") {
  CHECK(Cluster(R"({"host": "typo"})") == "outbound|8080||typo.default.svc.cluster.local");
  CHECK(Cluster(R"({"host": "No.Such.Host"})") == "outbound|8080||no.such.host");
}

TEST_CASE("from a host without a service there, the port called is meant") {
  CHECK(Cluster(R"({"host": "one"})", true) == "outbound|8080||one.default.svc.cluster.local");
}

}  // namespace binnacle::translator
