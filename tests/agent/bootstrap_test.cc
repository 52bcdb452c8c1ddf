#include "agent/bootstrap.h"

#include <catch2/catch.hpp>

#include "nlohmann/json.hpp"

namespace binnacle::agent {
namespace {

using nlohmann::json;

json Make(const std::string& host, bool on_demand_hosts = false) {
  BootstrapParts parts;
  parts.on_demand_hosts = on_demand_hosts;
  parts.identity.name = "web-1";
  parts.identity.ip = "10.0.0.7";
  parts.identity.labels = {{"app", "web"}};
  parts.server = {{host, 15012}, "istiod.istio-system.svc"};
  parts.sds_socket = "/s/sds.sock";
  parts.admin = {"127.0.0.1", 15000};
  parts.metrics = {"0.0.0.0", 15090};
  const auto text = Bootstrap(parts);
  REQUIRE(text.ok());
  return json::parse(*text);
}

const json& Cluster(const json& bootstrap, const std::string& name) {
  for (const json& cluster : bootstrap["static_resources"]["clusters"]) {
    if (cluster["name"] == name) return cluster;
  }
  throw std::runtime_error("no cluster " + name);
}

TEST_CASE("configuration comes over TLS with the agent's secrets, from a server of that name") {
  const json bootstrap = Make("10.0.0.1");
  const json& cluster = Cluster(bootstrap, "xds-grpc");
  CHECK(cluster["type"] == "STATIC");
  const json& tls = cluster["transport_socket"]["typed_config"];
  CHECK(tls["sni"] == "istiod.istio-system.svc");
  const json& common = tls["common_tls_context"];
  CHECK(common["tls_certificate_sds_secret_configs"][0]["name"] == "default");
  const json& validation = common["combined_validation_context"];
  CHECK(validation["validation_context_sds_secret_config"]["name"] == "ROOTCA");
  const json& name = validation["default_validation_context"]["match_typed_subject_alt_names"][0];
  CHECK(name["san_type"] == "DNS");
  CHECK(name["matcher"]["exact"] == "istiod.istio-system.svc");
  CHECK(Cluster(Make("control-plane.test"), "xds-grpc")["type"] == "STRICT_DNS");
}

TEST_CASE("secrets come from the agent's socket") {
  const json bootstrap = Make("10.0.0.1");
  const json& address = Cluster(
      bootstrap,
      "sds-grpc")["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"];
  CHECK(address["pipe"]["path"] == "/s/sds.sock");
}

TEST_CASE("the node is the identity's and has an agent beside it") {
  const json node = Make("10.0.0.1")["node"];
  CHECK(node["id"] == "sidecar~10.0.0.7~web-1.default~default.svc.cluster.local");
  CHECK(node["metadata"]["LABELS"]["app"] == "web");
  CHECK_FALSE(node["metadata"].contains("BINNACLE_AGENT"));
}

TEST_CASE("virtual hosts on demand are asked for in the node, and only if wanted") {
  const auto asks = [](bool wanted) {
    return Make("10.0.0.1", wanted)["node"]["metadata"].contains("BINNACLE_ON_DEMAND_HOSTS");
  };
  CHECK(asks(true));
  CHECK_FALSE(asks(false));
}

TEST_CASE("of the admin interface only metrics can be had from outside") {
  const json bootstrap = Make("10.0.0.1");
  CHECK(bootstrap["admin"]["address"]["socket_address"]["address"] == "127.0.0.1");
  const json& routes = bootstrap["static_resources"]["listeners"][0]["filter_chains"][0]["filters"]
                                [0]["typed_config"]["route_config"]["virtual_hosts"][0]["routes"];
  REQUIRE(routes.size() == 1);
  CHECK(routes[0]["match"]["path"] == "/stats/prometheus");
}

}  // namespace
}  // namespace binnacle::agent
