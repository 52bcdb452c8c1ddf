#include "server/tls_check_handler.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "httplib.h"
#include "nlohmann/json.hpp"
#include "server/admin_server.h"
#include "server/service_host.h"
#include "tests/server/running_server.h"

namespace binnacle::server {
namespace {

using nlohmann::json;

std::string Service(const std::string& ns, const std::string& name) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: " + ns +
         "}\nspec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}\n---\n";
}

constexpr char kStrict[] =
    "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: strict, "
    "namespace: shop}\nspec: {mtls: {mode: STRICT}}\n---\n";

// For clients in namespace "default" alone.
constexpr char kPlain[] =
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: plain}\nspec: "
    "{host: reviews.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}, exportTo: "
    "['.']}\n";

class Admin {
 public:
  explicit Admin(RunningServer& server)
      : admin_({server.hub, server.owner, server.metrics, server.pool, server.translator, nullptr,
                ""}) {
    const auto bound = admin_.Start("127.0.0.1:0");
    REQUIRE(bound.ok());
    http_ = std::make_unique<httplib::Client>("http://" + *bound);
  }

  json Get(const std::string& query, int status = 200) {
    const auto result = http_->Get("/debug/tls-check" + query);
    REQUIRE(result);
    INFO(result->body);
    REQUIRE(result->status == status);
    return json::parse(result->body);
  }

 private:
  AdminServer admin_;
  std::unique_ptr<httplib::Client> http_;
};

struct Mesh {
  Mesh() {
    server.Apply(Service("shop", "reviews") + Service("default", "web") + kStrict + kPlain);
    REQUIRE(Eventually([&] { return server.owner.ready(); }));
  }
  RunningServer server;
  Admin admin{server};
};

}  // namespace

TEST_CASE("without a proxy every service is checked from its own namespace") {
  Mesh mesh;
  const json rows = mesh.admin.Get("");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == json({{"host", "reviews.shop.svc.cluster.local"},
                         {"port", 80},
                         {"status", "OK"},
                         {"server", "mTLS"},
                         {"client", "mTLS"},
                         {"authnPolicy", "strict/shop"},
                         {"destinationRule", "-"},
                         {"policyOrigin", "test.yaml:11"},
                         {"ruleOrigin", ""},
                         {"explanation", "no endpoint is known"},
                         {"conflictingSubsets", json::array()}}));
  CHECK(rows[1]["host"] == "web.default.svc.cluster.local");
}

TEST_CASE("with a proxy services are checked as it sees them") {
  Mesh mesh;
  DeltaClient client(mesh.server);
  client.Send(ResourceType::kCluster, Subscribe({"*"}));
  REQUIRE(Eventually([&] { return mesh.server.proxies().size() == 1; }));
  for (const char* query :
       {"?proxy=web-1&host=reviews.shop.svc.cluster.local", "?proxy=web-1.default&host=reviews",
        "?proxy=web-1&host=reviews.shop"}) {
    const json rows = mesh.admin.Get(query);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["status"] == "CONFLICT");
    CHECK(rows[0]["client"] == "HTTP");
    CHECK(rows[0]["destinationRule"] == "plain/default");
    CHECK(rows[0]["ruleOrigin"] == "test.yaml:16");
    CHECK_THAT(rows[0]["explanation"].get<std::string>(), Catch::Contains("says DISABLE"));
  }
}

TEST_CASE("what is not there is answered with what is close to it") {
  Mesh mesh;
  const json host = mesh.admin.Get("?host=reveiws.shop", 404);
  CHECK(host["error"] ==
        "there is no service \"reveiws.shop\" (did you mean reviews.shop.svc.cluster.local?)");
  CHECK(host["known"] == json({"reviews.shop.svc.cluster.local"}));
  CHECK(mesh.admin.Get("?proxy=nobody", 404)["error"] == "no proxy \"nobody\" is connected");
}

TEST_CASE("nothing is checked before policy has been read") {
  RunningServer server;
  Admin admin(server);
  CHECK(admin.Get("", 503)["error"] == "policy has not been read yet");
}

TEST_CASE("a short name means the client's own namespace first") {
  const std::vector<std::string> hosts = {"a.one.svc.cluster.local", "a.two.svc.cluster.local",
                                          "api.example.com", "b.two.svc.cluster.local"};
  CHECK(FindServiceHost("a", "two", hosts).value() == "a.two.svc.cluster.local");
  CHECK(FindServiceHost("B", "one", hosts).value() == "b.two.svc.cluster.local");
  CHECK(FindServiceHost("api.example.com.", "one", hosts).value() == "api.example.com");
  CHECK(FindServiceHost("a", "", hosts).status().message() ==
        "\"a\" may be any of a.one.svc.cluster.local, a.two.svc.cluster.local: say more of its "
        "name");
  CHECK(FindServiceHost("zzz", "", hosts).status().message() == "there is no service \"zzz\"");
}

}  // namespace binnacle::server
