#include "translator/node.h"

#include <catch2/catch.hpp>
#include <string>

namespace binnacle::translator {
namespace {

using Message = envoy::config::core::v3::Node;

Message WithId(const std::string& id) {
  Message message;
  message.set_id(id);
  return message;
}

void Set(const std::string& key, const std::string& value, Message& message) {
  (*message.mutable_metadata()->mutable_fields())[key].set_string_value(value);
}

constexpr char kSidecar[] = "sidecar~10.1.1.1~reviews-1.shop~shop.svc.cluster.local";

}  // namespace

TEST_CASE("a node id says type, address, name and namespace") {
  const auto node = ParseNode(WithId(kSidecar));
  REQUIRE(node.ok());
  CHECK(node->id == kSidecar);
  CHECK(node->type == ProxyType::kSidecar);
  CHECK(node->addresses == std::vector<std::string>{"10.1.1.1"});
  CHECK(node->name == "reviews-1.shop");
  CHECK(node->ns == "shop");
  CHECK(node->agent);
  CHECK_FALSE(node->authenticated);
}

TEST_CASE("metadata overrules the namespace of the id") {
  Message message = WithId(kSidecar);
  Set("NAMESPACE", "other", message);
  CHECK(ParseNode(message)->ns == "other");
}

TEST_CASE("every namespace that a node names is remembered, to be held against its credential") {
  using Names = std::vector<std::string>;
  CHECK(ParseNode(WithId(kSidecar))->claimed_namespaces == Names{"shop"});
  Message message = WithId("sidecar~10.1.1.1~reviews-1.shop~bank.svc.cluster.local");
  Set("NAMESPACE", "other", message);
  CHECK(ParseNode(message)->claimed_namespaces == Names{"bank", "shop", "other"});
}

TEST_CASE("a router is a gateway") {
  const auto node =
      ParseNode(WithId("router~10.1.1.1~gw.istio-system~istio-system.svc.cluster.local"));
  REQUIRE(node.ok());
  CHECK(node->type == ProxyType::kGateway);
}

TEST_CASE("a node id of another form is refused, with the reason") {
  CHECK(ParseNode(WithId("sidecar~10.1.1.1~x")).status().message() ==
        "node id \"sidecar~10.1.1.1~x\": has 3 parts, but must be type~ip~name.namespace~domain");
  CHECK(ParseNode(WithId("waypoint~10.1.1.1~x.y~y.svc")).status().message() ==
        "node id \"waypoint~10.1.1.1~x.y~y.svc\": type \"waypoint\" is not sidecar or router");
  CHECK(
      ParseNode(WithId("sidecar~here~x.y~y.svc")).status().message() ==
      "node id \"sidecar~here~x.y~y.svc\": \"here\" is no IP address, and INSTANCE_IPS gives none");
  CHECK(ParseNode(WithId("")).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("INSTANCE_IPS adds addresses and may stand in for the id's") {
  Message message = WithId("sidecar~here~x.y~y.svc");
  Set("INSTANCE_IPS", "10.1.1.2, fd00::2,10.1.1.2,nonsense", message);
  const auto node = ParseNode(message);
  REQUIRE(node.ok());
  CHECK(node->addresses == std::vector<std::string>{"10.1.1.2", "fd00::2"});
}

TEST_CASE("metadata says labels, network and flags; booleans come as words or as booleans") {
  Message message = WithId(kSidecar);
  auto& fields = *message.mutable_metadata()->mutable_fields();
  auto& labels = *fields["LABELS"].mutable_struct_value()->mutable_fields();
  labels["app"].set_string_value("reviews");
  labels["odd"].set_bool_value(true);
  Set("NETWORK", "north", message);
  Set("CLUSTER_ID", "c1", message);
  Set("NODE_NAME", "n1", message);
  Set("SERVICE_ACCOUNT", "sa", message);
  Set("ISTIO_VERSION", "1.29.1", message);
  Set("BINNACLE_AGENT", "none", message);
  fields["HTTP10"].set_bool_value(true);
  Set("BINNACLE_ON_DEMAND_HOSTS", "true", message);
  const auto node = ParseNode(message);
  REQUIRE(node.ok());
  CHECK(node->labels == policy::Labels{{"app", "reviews"}, {"odd", "true"}});
  CHECK(node->network == "north");
  CHECK(node->cluster_id == "c1");
  CHECK(node->node_name == "n1");
  CHECK(node->service_account == "sa");
  CHECK(node->istio_version == "1.29.1");
  CHECK(node->http10);
  CHECK(node->on_demand_hosts);
  CHECK_FALSE(node->agent);
  Set("HTTP10", "1", message);
  CHECK(ParseNode(message)->http10);
  Set("HTTP10", "false", message);
  CHECK_FALSE(ParseNode(message)->http10);
}

TEST_CASE("the locality is the node's own, else its labels'") {
  Message message = WithId(kSidecar);
  auto& labels = *(*message.mutable_metadata()->mutable_fields())["LABELS"]
                      .mutable_struct_value()
                      ->mutable_fields();
  labels["topology.kubernetes.io/region"].set_string_value("r");
  labels["topology.kubernetes.io/zone"].set_string_value("z");
  CHECK(ParseNode(message)->locality == mesh::Locality{"r", "z", ""});
  labels["istio-locality"].set_string_value("r2.z2.s2");
  CHECK(ParseNode(message)->locality == mesh::Locality{"r2", "z2", "s2"});
  message.mutable_locality()->set_region("r3");
  CHECK(ParseNode(message)->locality == mesh::Locality{"r3", "", ""});
}

TEST_CASE("the version comes from the build, else from its text, else it is not told") {
  Message message = WithId(kSidecar);
  CHECK(ParseNode(message)->envoy == EnvoyVersion{});
  message.set_user_agent_version("1.38.2");
  CHECK(ParseNode(message)->envoy == EnvoyVersion{1, 38});
  message.set_user_agent_version("new");
  CHECK(ParseNode(message)->envoy == EnvoyVersion{});
  auto& version = *message.mutable_user_agent_build_version()->mutable_version();
  version.set_major_number(1);
  version.set_minor_number(40);
  CHECK(ParseNode(message)->envoy == EnvoyVersion{1, 40});
}

TEST_CASE("a gRPC library may have any id") {
  Message message = WithId("my-client");
  message.set_user_agent_name("gRPC C-core linux");
  auto node = ParseNode(message);
  REQUIRE(node.ok());
  CHECK(node->type == ProxyType::kGrpc);
  CHECK(node->ns == "default");
  CHECK(node->name == "my-client");

  message = WithId("sidecar~10.1.1.1~client.shop~shop.svc.cluster.local");
  Set("GENERATOR", "grpc", message);
  node = ParseNode(message);
  REQUIRE(node.ok());
  CHECK(node->type == ProxyType::kGrpc);
  CHECK(node->ns == "shop");
}

}  // namespace binnacle::translator
