#include "translator/gateway_servers.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"

namespace binnacle::translator {
namespace {

using Words = std::vector<std::string>;

std::string Gateway(const char* name, const std::string& servers) {
  return absl::Substitute(R"(---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: $0, namespace: edge}
spec: {selector: {istio: ingressgateway}, servers: [$1]}
)",
                          name, servers);
}

constexpr char kTls[] = "tls: {mode: SIMPLE, credentialName: c}";

ProxyClass Ingress() {
  ProxyClass proxy;
  proxy.type = ProxyType::kGateway;
  proxy.ns = "edge";
  proxy.labels = {{"istio", "ingressgateway"}};
  return proxy;
}

// "listener: gateway route hosts" of each server, in order.
Words Merged(const std::string& policies, const ProxyClass& proxy = Ingress()) {
  mesh::Store store(mesh::DefaultSettings());
  const auto snapshot = store.Apply(mesh::Putting(policies));
  mesh::View view(*snapshot);
  Words told;
  const GatewayServers servers(view, proxy);
  for (const GatewayPort& port : servers.ports()) {
    for (const GatewayServer& server : port.servers) {
      told.push_back(absl::StrCat(port.ListenerName(), ": ", server.gateway->name, " ",
                                  server.route_name, " ", absl::StrJoin(server.hosts, ",")));
    }
  }
  return told;
}

}  // namespace

TEST_CASE("plain HTTP servers of one port share a route, HTTPS ones have their own") {
  CHECK(
      Merged(Gateway("a", absl::StrCat("{port: {number: 80, name: http, protocol: HTTP}, hosts: "
                                       "[a.example]}, {port: {number: 443, name: https, "
                                       "protocol: HTTPS}, hosts: [a.example], ",
                                       kTls, "}")) +
             Gateway("b", "{port: {number: 80, name: web, protocol: GRPC}, hosts: [b.example]}")) ==
      Words{"0.0.0.0_80: edge/a http.80 a.example", "0.0.0.0_80: edge/b http.80 b.example",
            "0.0.0.0_443: edge/a https.443.https.a.edge a.example"});
}

TEST_CASE("a gateway for other workloads is left out") {
  ProxyClass proxy = Ingress();
  proxy.labels = {{"istio", "egressgateway"}};
  CHECK(
      Merged(Gateway("a", "{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}"), proxy)
          .empty());
}

TEST_CASE("the first plain server of a port bars those of another kind, not TLS") {
  CHECK(
      Merged(Gateway("a", "{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}") +
             Gateway("b", absl::StrCat("{port: {number: 80, name: tcp, protocol: TCP}, hosts: "
                                       "['*']}, {port: {number: 80, name: https, protocol: "
                                       "HTTPS}, hosts: [b.example], ",
                                       kTls, "}"))) ==
      Words{"0.0.0.0_80: edge/a http.80 *", "0.0.0.0_80: edge/b https.80.https.b.edge b.example"});
}

TEST_CASE("a TLS host belongs to its first server on one port and address") {
  const std::string https =
      absl::StrCat("{port: {number: 443, name: https, protocol: HTTPS}, hosts: [$0], ", kTls, "}");
  CHECK(Merged(Gateway("a", absl::Substitute(https, "a.example, x/B.example")) +
               Gateway("b", absl::Substitute(https, "'*/b.example', ./c.example")) +
               Gateway("c", absl::Substitute(https, "a.example"))) ==
        Words{"0.0.0.0_443: edge/a https.443.https.a.edge a.example,x/b.example",
              "0.0.0.0_443: edge/b https.443.https.b.edge edge/c.example"});
}

TEST_CASE("servers on addresses of their own do not meet") {
  CHECK(Merged(Gateway("a",
                       "{port: {number: 80, name: one, protocol: HTTP}, bind: 10.0.0.1, hosts: "
                       "['*']}, {port: {number: 80, name: two, protocol: TCP}, bind: 10.0.0.2, "
                       "hosts: ['*']}, {port: {number: 80, name: three, protocol: HTTP}, bind: "
                       "0.0.0.0, hosts: ['*']}")) == Words{"0.0.0.0_80: edge/a http.80 *",
                                                           "10.0.0.1_80: edge/a http.80.10.0.0.1 *",
                                                           "10.0.0.2_80: edge/a  *"});
}

TEST_CASE("what passes through has no route configuration") {
  CHECK(Merged(Gateway("a",
                       "{port: {number: 443, name: tls, protocol: TLS}, hosts: [a.example], tls: "
                       "{mode: PASSTHROUGH}}, {port: {number: 444, name: https, protocol: HTTPS}, "
                       "hosts: [a.example], tls: {mode: PASSTHROUGH}}")) ==
        Words{"0.0.0.0_443: edge/a  a.example", "0.0.0.0_444: edge/a  a.example"});
}

TEST_CASE("a port is the workload's where the gateway's own service maps it") {
  ProxyClass proxy = Ingress();
  proxy.services = {{"edge", "ingress.edge.svc.cluster.local", {8080, 0}}};
  const std::string service = R"(---
apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: edge}
spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}, {name: web, port: 81}]}
)";
  CHECK(Merged(service + Gateway("a",
                                 "{port: {number: 80, name: one, protocol: HTTP}, hosts: ['*']}, "
                                 "{port: {number: 81, name: two, protocol: HTTP}, hosts: ['*']}"),
               proxy) == Words{"0.0.0.0_81: edge/a http.81 *", "0.0.0.0_8080: edge/a http.8080 *"});
}

}  // namespace binnacle::translator
