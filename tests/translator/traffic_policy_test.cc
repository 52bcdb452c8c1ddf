#include "translator/traffic_policy.h"

#include <catch2/catch.hpp>

#include "google/protobuf/util/json_util.h"

namespace binnacle::translator {
namespace {

using policy::v1::DestinationRule;
using policy::v1::TrafficPolicy;

DestinationRule RuleOf(const char* json) {
  DestinationRule rule;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &rule);
  INFO(read.ToString());
  REQUIRE(read.ok());
  return rule;
}

int MaxConnections(const TrafficPolicy& policy) {
  return policy.connection_pool().tcp().max_connections();
}

}  // namespace

TEST_CASE("without a rule the policy is empty") {
  CHECK(EffectiveTrafficPolicy(nullptr, 80, "v1").ByteSizeLong() == 0);
}

TEST_CASE("a port's block replaces four settings whole, the unset ones too") {
  const DestinationRule rule = RuleOf(R"({"trafficPolicy": {
    "connectionPool": {"tcp": {"maxConnections": 10}},
    "tls": {"mode": "SIMPLE"},
    "proxyProtocol": {"version": "V2"},
    "portLevelSettings": [{"port": {"number": 80},
                           "loadBalancer": {"simple": "RANDOM"}}]}})");

  const TrafficPolicy at_80 = EffectiveTrafficPolicy(&rule, 80, "");
  CHECK_FALSE(at_80.has_connection_pool());
  CHECK_FALSE(at_80.has_tls());
  CHECK(at_80.load_balancer().simple() == policy::v1::LoadBalancerSettings::RANDOM);
  CHECK(at_80.proxy_protocol().version() == TrafficPolicy::ProxyProtocol::V2);

  const TrafficPolicy at_81 = EffectiveTrafficPolicy(&rule, 81, "");
  CHECK(MaxConnections(at_81) == 10);
  CHECK(at_81.has_tls());
  CHECK_FALSE(at_81.has_load_balancer());
}

TEST_CASE("a subset's policy overlays the rule's, setting by setting") {
  const DestinationRule rule = RuleOf(R"({"trafficPolicy": {
    "connectionPool": {"tcp": {"maxConnections": 10}}, "tls": {"mode": "SIMPLE"},
    "retryBudget": {"percent": 5}},
    "subsets": [{"name": "v1", "trafficPolicy": {"tls": {"mode": "DISABLE"}}}]})");

  const TrafficPolicy v1 = EffectiveTrafficPolicy(&rule, 80, "v1");
  CHECK(v1.tls().mode() == policy::v1::ClientTlsSettings::DISABLE);
  CHECK(MaxConnections(v1) == 10);
  CHECK(v1.retry_budget().percent().value() == 5);
}

TEST_CASE("a subset's block for a port replaces what the rule's block for it gave") {
  const DestinationRule rule = RuleOf(R"({"trafficPolicy": {
    "portLevelSettings": [{"port": {"number": 80},
                           "connectionPool": {"tcp": {"maxConnections": 10}},
                           "tls": {"mode": "SIMPLE"}}]},
    "subsets": [{"name": "v1", "trafficPolicy": {"portLevelSettings": [
      {"port": {"number": 80}, "connectionPool": {"tcp": {"maxConnections": 3}}}]}}]})");

  const TrafficPolicy v1 = EffectiveTrafficPolicy(&rule, 80, "v1");
  CHECK(MaxConnections(v1) == 3);
  CHECK_FALSE(v1.has_tls());
}

TEST_CASE("an unknown subset means the rule's own policy") {
  const DestinationRule rule =
      RuleOf(R"({"trafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 10}}}})");
  CHECK(MaxConnections(EffectiveTrafficPolicy(&rule, 80, "v9")) == 10);
}

}  // namespace binnacle::translator
