#include "server/admin_server.h"

#include <catch2/catch.hpp>

#include "httplib.h"
#include "nlohmann/json.hpp"
#include "tests/server/running_server.h"

namespace binnacle::server {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

class Admin {
 public:
  explicit Admin(RunningServer& server)
      : admin_({server.hub, server.owner, server.metrics, server.pool, server.translator}) {
    const auto bound = admin_.Start("127.0.0.1:0");
    REQUIRE(bound.ok());
    http_ = std::make_unique<httplib::Client>("http://" + *bound);
  }

  httplib::Result Get(const std::string& path, const httplib::Headers& headers = {}) {
    return http_->Get(path, headers);
  }
  json GetJson(const std::string& path) {
    const auto result = Get(path);
    REQUIRE(result);
    REQUIRE(result->status == 200);
    return json::parse(result->body);
  }

 private:
  AdminServer admin_;
  std::unique_ptr<httplib::Client> http_;
};

// By a gateway with the label istio: ingress.
DeltaDiscoveryRequest AsIngress(DeltaDiscoveryRequest request) {
  request.mutable_node()->set_id("router~10.9.0.1~ingress.default~default.svc.test");
  auto& metadata = *request.mutable_node()->mutable_metadata()->mutable_fields();
  metadata["NAMESPACE"].set_string_value("default");
  auto& labels = *metadata["LABELS"].mutable_struct_value()->mutable_fields();
  labels["istio"].set_string_value("ingress");
  return request;
}

TEST_CASE("the server is ready once the first batch is served") {
  RunningServer server;
  Admin admin(server);
  CHECK(admin.Get("/healthz")->status == 200);
  CHECK(admin.Get("/readyz")->status == 503);
  server.Apply("");
  CHECK(Eventually([&] { return admin.Get("/readyz")->status == 200; }));
}

TEST_CASE("a source that cannot be read makes the server unready, and says why") {
  RunningServer server;
  server.Apply("");
  Admin admin(server);
  REQUIRE(Eventually([&] { return admin.Get("/readyz")->status == 200; }));
  sources::Batch batch;
  batch.healthy = false;
  batch.status = "the directory is gone";
  server.owner.Report(RunningServer::kSource, batch);
  REQUIRE(Eventually([&] { return admin.Get("/readyz")->status == 503; }));
  CHECK(admin.Get("/readyz")->body == "test: the directory is gone\n");
  CHECK(admin.GetJson("/debug/sources")[0]["healthy"] == false);
}

TEST_CASE("objects are listed as users wrote them, with their origin") {
  RunningServer server;
  Admin admin(server);
  server.Apply(ServiceEntryText("one", "10.0.0.1") + ServiceEntryText("two", "10.0.0.2"));
  const json both = admin.GetJson("/debug/objects?kind=ServiceEntry");
  REQUIRE(both.size() == 2);
  const json one = admin.GetJson("/debug/objects?kind=serviceentry&namespace=default&name=one");
  REQUIRE(one.size() == 1);
  CHECK(one[0]["apiVersion"] == "networking.istio.io/v1");
  CHECK(one[0]["metadata"] == json({{"name", "one"}, {"namespace", "default"}}));
  CHECK(one[0]["spec"]["hosts"] == json({"one.test"}));
  CHECK(one[0]["origin"] == "test.yaml:1");
  CHECK(admin.GetJson("/debug/objects?kind=Gateway").empty());
}

TEST_CASE("what a Secret holds is never shown") {
  RunningServer server;
  Admin admin(server);
  server.Apply(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {tls.key: c2VjcmV0}\n"
      "stringData: {password: hunter2}\n");
  const auto result = admin.Get("/debug/objects?kind=Secret");
  REQUIRE(result);
  CHECK_THAT(result->body, Contains("tls.key"));
  CHECK_THAT(result->body, !Contains("c2VjcmV0") && !Contains("hunter2"));
}

TEST_CASE("what a proxy was sent is shown as Envoy shows it") {
  RunningServer server;
  Admin admin(server);
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  DeltaClient client(server);
  client.Send(ResourceType::kCluster, Subscribe({"*"}));
  client.Ack(ResourceType::kCluster, client.Read());
  client.Send(ResourceType::kEndpoint, Subscribe({ClusterOf("one")}));
  client.Ack(ResourceType::kEndpoint, client.Read());

  for (const char* name :
       {"web-1", "web-1.default", "sidecar~10.9.0.1~web-1.default~default.svc.test"}) {
    const json clusters =
        admin.GetJson(std::string("/debug/proxy-config/clusters?origins=1&proxy=") + name);
    bool found = false;
    for (const json& cluster : clusters) {
      if (cluster["name"] != ClusterOf("one")) continue;
      found = true;
      CHECK(cluster["type"] == "EDS");
      CHECK(cluster.contains("eds_cluster_config"));
      CHECK(cluster["origins"] == json({"test.yaml:1"}));
    }
    CHECK(found);
  }
  const json endpoints = admin.GetJson("/debug/proxy-config/endpoints?proxy=web-1");
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0]["cluster_name"] == ClusterOf("one"));
  CHECK_FALSE(endpoints[0].contains("origins"));
  CHECK(admin.GetJson("/debug/proxy-config/routes?proxy=web-1").empty());
}

TEST_CASE("a proxy that is not there is answered with those that are") {
  RunningServer server;
  Admin admin(server);
  server.Apply("");
  DeltaClient client(server);
  client.Send(ResourceType::kCluster, Subscribe({"*"}));
  REQUIRE(Eventually([&] { return server.proxies().size() == 1; }));
  const auto result = admin.Get("/debug/proxy-config/clusters?proxy=nobody");
  REQUIRE(result);
  CHECK(result->status == 404);
  const json body = json::parse(result->body);
  CHECK(body["error"] == "no proxy \"nobody\" is connected");
  CHECK(body["known"] == json({"sidecar~10.9.0.1~web-1.default~default.svc.test"}));
  CHECK(admin.Get("/debug/proxy-config/clusters")->status == 400);
}

TEST_CASE("what a proxy refuses is told at the object, withheld from the next, and over with it") {
  RunningServer server;
  Admin admin(server);
  server.Apply(ServiceEntryText("one", "10.0.0.1") + ServiceEntryText("two", "10.0.0.2"));
  DeltaClient first(server, "web-1");
  first.Send(ResourceType::kCluster, Subscribe({"*"}));
  first.Nack(ResourceType::kCluster, first.Read(),
             "Error adding/updating cluster(s) " + ClusterOf("one") + ": not this one");
  REQUIRE(Eventually([&] { return admin.GetJson("/debug/refusals").size() == 1; }));
  const json refusal = admin.GetJson("/debug/refusals")[0];
  CHECK(refusal["type"] == "CDS");
  CHECK(refusal["resource"] == ClusterOf("one"));
  CHECK(refusal["proxy"] == "web-1.default");
  CHECK(refusal["withheld"] == true);
  CHECK(refusal["objects"] == json({{{"kind", "ServiceEntry"},
                                     {"namespace", "default"},
                                     {"name", "one"},
                                     {"origin", "test.yaml:1"}}}));
  for (const json& object : admin.GetJson("/debug/objects?kind=ServiceEntry")) {
    CHECK(object.contains("refusals") == (object["metadata"]["name"] == "one"));
  }
  const std::string metrics = admin.Get("/metrics")->body;
  CHECK_THAT(metrics, Contains("binnacle_refused_resources{type=\"CDS\"} 1"));
  CHECK_THAT(metrics, Contains("binnacle_object_nacks_total{") && Contains("name=\"one\""));

  DeltaClient second(server, "web-2");
  second.Send(ResourceType::kCluster, Subscribe({"*"}));
  const auto names = Names(second.Read());
  CHECK_THAT(names, !Catch::Matchers::VectorContains(ClusterOf("one")));
  CHECK_THAT(names, Catch::Matchers::VectorContains(ClusterOf("two")));

  server.RemoveServiceEntry("one");
  CHECK(Eventually([&] { return admin.GetJson("/debug/refusals").empty(); }));
}

TEST_CASE("a Secret that a gateway does not get is told at its Gateway, and no longer once it is") {
  RunningServer server;
  Admin admin(server);
  server.Apply(R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web}
spec:
  selector: {istio: ingress}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [web.example.com]
    tls: {mode: SIMPLE, credentialName: web}
)");
  CHECK(admin.GetJson("/debug/credentials").empty());  // no gateway runs it
  DeltaClient gateway(server);
  gateway.Send(ResourceType::kCluster, AsIngress(Subscribe({"*"})));
  REQUIRE(Eventually([&] { return admin.GetJson("/debug/credentials").size() == 1; }));
  json fault = {{"server", "https"},
                {"port", 443},
                {"hosts", {"web.example.com"}},
                {"credential", "web"},
                {"lookedForIn", "default"},
                {"reason", "there is no Secret default/web"}};
  CHECK(admin.GetJson("/debug/objects?kind=Gateway")[0]["lackingCredentials"] ==
        json::array({fault}));
  fault.update(
      {{"kind", "Gateway"}, {"namespace", "default"}, {"name", "web"}, {"origin", "test.yaml:1"}});
  CHECK(admin.GetJson("/debug/credentials")[0] == fault);
  CHECK_THAT(admin.Get("/metrics")->body, Contains("binnacle_lacking_credentials 1"));

  server.Apply("", {{policy::Kind::kGateway, "default", "web"}});
  CHECK(Eventually([&] { return admin.GetJson("/debug/credentials").empty(); }));
  CHECK_THAT(admin.Get("/metrics")->body, Contains("binnacle_lacking_credentials 0"));
}

TEST_CASE("metrics are in Prometheus' text format") {
  RunningServer server;
  Admin admin(server);
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  DeltaClient client(server);
  client.Send(ResourceType::kCluster, Subscribe({"*"}));
  client.Ack(ResourceType::kCluster, client.Read());
  const auto result = admin.Get("/metrics");
  REQUIRE(result);
  CHECK_THAT(result->body, Contains("binnacle_objects{kind=\"ServiceEntry\"} 1"));
  CHECK_THAT(result->body, Contains("binnacle_xds_streams{variant=\"delta\"} 1"));
  CHECK_THAT(result->body, Contains("binnacle_xds_pushes_total{type=\"CDS\"} 1"));
}

TEST_CASE("the admin server refuses to listen off loopback") {
  RunningServer server;
  AdminServer admin({server.hub, server.owner, server.metrics, server.pool, server.translator});
  const auto bound = admin.Start("0.0.0.0:0");
  CHECK(bound.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(bound.status().message()), Contains("loopback alone is allowed"));
  CHECK_FALSE(admin.Start("nonsense").ok());
}

TEST_CASE("a taken port is an error, not a second server on it") {
  RunningServer server;
  AdminServer one({server.hub, server.owner, server.metrics, server.pool, server.translator});
  AdminServer two({server.hub, server.owner, server.metrics, server.pool, server.translator});
  const auto bound = one.Start("127.0.0.1:0");
  REQUIRE(bound.ok());
  CHECK(two.Start(*bound).status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("a request under another host's name is refused") {
  RunningServer server;
  Admin admin(server);
  CHECK(admin.Get("/debug/objects", {{"Host", "rebound.example.com"}})->status == 403);
  CHECK(admin.Get("/healthz", {{"Host", "localhost:15014"}})->status == 200);
  CHECK(admin.Get("/healthz", {{"Host", "[::1]:15014"}})->status == 200);
}

}  // namespace
}  // namespace binnacle::server
