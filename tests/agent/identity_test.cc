#include "agent/identity.h"

#include <catch2/catch.hpp>

namespace binnacle::agent {
namespace {

Identity Web() {
  Identity identity;
  identity.name = "web-1";
  identity.ns = "shop";
  identity.service_account = "web";
  identity.ip = "10.0.0.7";
  identity.labels = {{"app", "web"}};
  return identity;
}

TEST_CASE("a node id has the four parts that a control plane expects") {
  CHECK(Web().NodeId() == "sidecar~10.0.0.7~web-1.shop~shop.svc.cluster.local");
  CHECK(Web().Cluster() == "web.shop");
  CHECK(Web().spiffe_id()->ToString() == "spiffe://cluster.local/ns/shop/sa/web");
}

TEST_CASE("the proxy's node bears what the control plane reads of it") {
  Identity identity = Web();
  identity.locality = ParseLocality("eu/eu-1/a");
  identity.cluster_id = "c1";
  const auto node = ProxyNode(identity);
  const auto& fields = node.metadata().fields();
  CHECK(fields.at("NAMESPACE").string_value() == "shop");
  CHECK(fields.at("SERVICE_ACCOUNT").string_value() == "web");
  CHECK(fields.at("INSTANCE_IPS").string_value() == "10.0.0.7");
  CHECK(fields.at("CLUSTER_ID").string_value() == "c1");
  CHECK(fields.at("LABELS").struct_value().fields().at("app").string_value() == "web");
  CHECK(fields.count("NETWORK") == 0);
  CHECK(fields.count("BINNACLE_AGENT") == 0);
  CHECK(node.locality().sub_zone() == "a");
}

TEST_CASE("the agent's own node says which agent it is") {
  const auto node = AgentNode(Web());
  CHECK(node.id() == ProxyNode(Web()).id());
  CHECK_FALSE(node.metadata().fields().at("BINNACLE_AGENT_VERSION").string_value().empty());
}

TEST_CASE("an identity with a part that cannot be is refused, and the part is named") {
  Identity identity = Web();
  CHECK(identity.Check().ok());
  identity.ip = "web";
  CHECK(identity.Check().message() == "\"web\" is no IP address");
  identity = Web();
  identity.type = "waypoint";
  CHECK(identity.Check().message() == "unknown type \"waypoint\"; allowed are sidecar, router");
  identity = Web();
  identity.name = "a~b";
  CHECK(identity.Check().message() == "the name \"a~b\" may hold only letters, digits and -._");
  identity = Web();
  identity.ns = "a/b";
  CHECK_FALSE(identity.Check().ok());
}

TEST_CASE("labels are read as the downward API writes them") {
  const auto labels = ParseLabelsFile("app=\"web\"\nversion=\"v1\\\"x\"\n\n");
  REQUIRE(labels.ok());
  CHECK(*labels == Labels{{"app", "web"}, {"version", "v1\"x"}});
  CHECK_FALSE(ParseLabelsFile("app=web").ok());
}

TEST_CASE("a locality may lack its smaller parts") {
  CHECK(ParseLocality("eu") == Locality{"eu", "", ""});
  CHECK(ParseLocality("eu/1/a/b") == Locality{"eu", "1", "a/b"});
  CHECK(ParseLocality("") == Locality{});
}

TEST_CASE("a label needs a key and may have an empty value") {
  Labels labels;
  CHECK(AddLabel("app=web=1", labels).ok());
  CHECK(AddLabel("canary=", labels).ok());
  CHECK(labels == Labels{{"app", "web=1"}, {"canary", ""}});
  CHECK_FALSE(AddLabel("=x", labels).ok());
  CHECK_FALSE(AddLabel("app", labels).ok());
}

}  // namespace
}  // namespace binnacle::agent
