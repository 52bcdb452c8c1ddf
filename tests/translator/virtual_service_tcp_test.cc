#include "translator/virtual_service_tcp.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"

namespace binnacle::translator {
namespace {

using Words = std::vector<std::string>;

// A VirtualService in namespace shop with these routes.
class Bound {
 public:
  explicit Bound(const std::string& spec)
      : objects_(mesh::ObjectsFrom(
            absl::StrCat("apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                         "metadata: {name: vs, namespace: shop}\nspec: ",
                         spec))) {
    REQUIRE(objects_.size() == 1);
    proxy_.ns = "shop";
    proxy_.labels = {{"app", "client"}};
  }

  // The first destination of each route, with what it asks for.
  Words Tls(const std::string& gateway, uint32_t port) const {
    return Told(MatchTlsRoutes(*objects_[0], {proxy_, gateway, port}));
  }
  Words Tcp(const std::string& gateway, uint32_t port) const {
    return Told(MatchTcpRoutes(*objects_[0], {proxy_, gateway, port}));
  }

 private:
  static Words Told(const std::vector<ConnectionRoute>& routes) {
    Words told;
    for (const ConnectionRoute& route : routes) {
      std::string text = route.destinations->at(0).destination().host();
      for (const auto& name : route.server_names) absl::StrAppend(&text, " ", name);
      for (const auto& block : route.subnets) absl::StrAppend(&text, " ", block.address_prefix());
      told.push_back(std::move(text));
    }
    return told;
  }

  std::vector<std::shared_ptr<const policy::Object>> objects_;
  ProxyClass proxy_;
};

}  // namespace

TEST_CASE("every TLS match that may hold here is a route of its own") {
  const Bound bound(R"({hosts: ["*.example.com"], tls: [
    {match: [{sniHosts: [A.example.com], port: 443}, {sniHosts: [b.example.com], port: 8443}],
     route: [{destination: {host: one}}]},
    {match: [{sniHosts: [c.example.com], destinationSubnets: [10.0.0.7/8]}],
     route: [{destination: {host: two}}]}]})");
  CHECK(bound.Tls("mesh", 443) == Words{"one a.example.com", "two c.example.com 10.0.0.0"});
  CHECK(bound.Tls("mesh", 8443) == Words{"one b.example.com", "two c.example.com 10.0.0.0"});
  CHECK(bound.Tls("shop/gateway", 443).empty());
}

TEST_CASE("conditions on the source are told of this proxy, and all must hold") {
  const Bound bound(R"({hosts: [db], tcp: [
    {match: [{sourceLabels: {app: other}}], route: [{destination: {host: one}}]},
    {match: [{sourceLabels: {app: client}, sourceNamespace: elsewhere}],
     route: [{destination: {host: two}}]},
    {match: [{sourceLabels: {app: client}, sourceNamespace: shop, port: 5432}],
     route: [{destination: {host: three}}]}]})");
  CHECK(bound.Tcp("mesh", 5432) == Words{"three"});
  CHECK(bound.Tcp("mesh", 5433).empty());
}

TEST_CASE("a match's gateways replace those of the whole") {
  const Bound bound(R"({hosts: [db.example.com], gateways: [gw, mesh], tcp: [
    {match: [{gateways: [mesh]}], route: [{destination: {host: inside}}]},
    {match: [{gateways: [other/gw]}], route: [{destination: {host: other}}]},
    {route: [{destination: {host: rest}}]}]})");
  CHECK(bound.Tcp("mesh", 1) == Words{"inside"});
  CHECK(bound.Tcp("shop/gw", 1) == Words{"rest"});
  CHECK(bound.Tcp("other/gw", 1) == Words{"other"});
  CHECK(bound.Tcp("third/gw", 1).empty());
}

TEST_CASE("of TCP routes nothing follows the one that takes every address") {
  const Bound bound(R"({hosts: [db], tcp: [
    {match: [{destinationSubnets: [10.1.0.0/16]}, {destinationSubnets: [10.2.0.0/16]}],
     route: [{destination: {host: blocks}}]},
    {match: [{destinationSubnets: [10.3.0.0/16]}, {port: 1}],
     route: [{destination: {host: all}}]},
    {route: [{destination: {host: never}}]}]})");
  CHECK(bound.Tcp("mesh", 1) == Words{"blocks 10.1.0.0 10.2.0.0", "all"});
  CHECK(bound.Tcp("mesh", 2) == Words{"blocks 10.1.0.0 10.2.0.0", "all 10.3.0.0", "never"});
}

TEST_CASE("a TLS route for any name still asks for TLS") {
  ConnectionRoute route;
  route.tls = true;
  CHECK(route.Match().transport_protocol == "tls");
  CHECK(route.Asks());
}

}  // namespace binnacle::translator
