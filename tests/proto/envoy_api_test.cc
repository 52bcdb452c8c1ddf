// What proto/envoy_api/generate_descriptors.py promises about the API it makes.

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <catch2/catch.hpp>
#include <string>

#include "envoy/extensions/filters/http/jwt_authn/v3/config.pb.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"

namespace {

using ::envoy::extensions::filters::http::jwt_authn::v3::RequirementRule;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::util::JsonStringToMessage;
using ::google::protobuf::util::MessageToJsonString;

TEST_CASE("a field renamed for C++20 keeps its JSON name and its number") {
  RequirementRule rule;
  rule.mutable_requires_()->set_provider_name("issuer");
  std::string json;

  REQUIRE(MessageToJsonString(rule, &json).ok());
  CHECK(json == R"({"requires":{"providerName":"issuer"}})");
  CHECK(RequirementRule::kRequiresFieldNumber == 2);

  RequirementRule read;
  REQUIRE(JsonStringToMessage(json, &read).ok());
  CHECK(read.SerializeAsString() == rule.SerializeAsString());
}

TEST_CASE("a message that no code of ours names can be read inside an Any") {
  google::protobuf::Any any;
  const auto read = JsonStringToMessage(
      R"({"@type": "type.googleapis.com/envoy.extensions.filters.http.on_demand.v3.OnDemand"})",
      &any);

  CHECK(read.ok());
}

TEST_CASE("the aggregated discovery service has both of its streams") {
  const auto* ads = DescriptorPool::generated_pool()->FindServiceByName(
      "envoy.service.discovery.v3.AggregatedDiscoveryService");

  REQUIRE(ads != nullptr);
  CHECK(ads->FindMethodByName("StreamAggregatedResources") != nullptr);
  CHECK(ads->FindMethodByName("DeltaAggregatedResources") != nullptr);
  CHECK(envoy::service::discovery::v3::AggregatedDiscoveryService::service_full_name() ==
        ads->full_name());
}

}  // namespace
