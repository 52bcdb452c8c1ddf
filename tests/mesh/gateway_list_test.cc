#include "mesh/gateway_list.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"
#include "proto/policy/gateway.pb.h"
#include "tests/mesh/mesh_from.h"

namespace binnacle::mesh {
namespace {

using Words = std::vector<std::string>;

std::shared_ptr<const ListedGateway> Listed(const std::string& servers) {
  return ListGateway(ObjectsFrom(absl::Substitute(R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: a, namespace: edge}
spec: {selector: {istio: ingressgateway}, servers: [$0]}
)",
                                                  servers))
                         .front());
}

// "port hosts" of each server that is left.
Words Left(const std::string& servers) {
  Words words;
  const auto listed = Listed(servers);
  for (const ListedServer& server : listed->servers) {
    words.push_back(
        absl::StrCat(server.written->port().name(), " ", absl::StrJoin(server.hosts, ",")));
  }
  return words;
}

std::string Https(absl::string_view port, absl::string_view hosts, absl::string_view more = "") {
  return absl::Substitute(
      "{port: {number: 443, name: $0, protocol: HTTPS}, hosts: [$1], tls: {mode: SIMPLE, "
      "credentialName: c}$2}",
      port, hosts, more);
}

}  // namespace

TEST_CASE("hosts are listed in lower case and with the namespace that a dot means") {
  CHECK(Left("{port: {number: 80, name: http, protocol: HTTP}, hosts: ['./A.example', "
             "'*/b.example', 'x/c.example', d.example]}") ==
        Words{"http edge/a.example,b.example,x/c.example,d.example"});
}

TEST_CASE("a TLS host is listed with the first server of a Gateway's port and address") {
  CHECK(Left(absl::StrCat(Https("one", "a.example, b.example"), ", ",
                          Https("two", "b.example, 'x/c.example'"), ", ",
                          Https("three", "a.example, c.example"), ", ",
                          Https("four", "a.example", ", bind: 10.0.0.1"))) ==
        Words{"one a.example,b.example", "two x/c.example", "four a.example"});
}

TEST_CASE("plain servers are all listed") {
  CHECK(Left("{port: {number: 80, name: one, protocol: HTTP}, hosts: [a.example]}, {port: {number: "
             "80, name: two, protocol: HTTP}, hosts: [a.example]}") ==
        Words{"one a.example", "two a.example"});
}

TEST_CASE("where an address may be the same as none, merging decides alone") {
  const auto first_at = [](absl::string_view address) {
    return Left(absl::StrCat(Https("one", "a.example", absl::StrCat(", bind: '", address, "'")),
                             ", ", Https("two", "b.example"), ", ", Https("three", "b.example")));
  };
  CHECK(first_at("10.0.0.1") == Words{"one a.example", "two b.example"});
  const Words all = {"one a.example", "two b.example", "three b.example"};
  CHECK(first_at("0.0.0.0") == all);
  CHECK(first_at("::") == all);
}

TEST_CASE("what is asked of most servers stands in the list") {
  const auto listed = Listed(absl::StrCat(
      Https("web", "a.example", ", bind: 10.0.0.1"),
      ", {port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example], tls: {httpsRedirect: "
      "true}}"));
  REQUIRE(listed->servers.size() == 2);
  const ListedServer& https = listed->servers[0];
  CHECK(https.port == 443);
  CHECK(https.bind == "10.0.0.1");
  CHECK(https.https_route == "https.443.web.a.edge");
  CHECK((https.has_tls && https.terminates_tls && https.http));
  CHECK_FALSE(https.redirects_to_https);
  const ListedServer& plain = listed->servers[1];
  CHECK(plain.https_route.empty());
  CHECK(plain.redirects_to_https);
  // Equal texts lie in one place.
  CHECK(plain.hosts[0].data() == https.hosts[0].data());
}

TEST_CASE("a Gateway that passes mesh TLS on says so") {
  CHECK_FALSE(Listed(Https("one", "a.example"))->passes_mesh_tls_on);
  const auto listed = Listed(
      "{port: {number: 15443, name: tls, protocol: TLS}, hosts: ['*.local'], tls: {mode: "
      "AUTO_PASSTHROUGH}}");
  CHECK(listed->passes_mesh_tls_on);
  CHECK(listed->name == "edge/a");
  CHECK(listed->servers.size() == 1);
}

}  // namespace binnacle::mesh
