#include "server/response.h"

#include <catch2/catch.hpp>

#include "envoy/service/discovery/v3/discovery.pb.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryResponse;
constexpr auto kEds = ResourceType::kEndpoint;

Response Sample() {
  Response response;
  response.type = kEds;
  response.version = "17";
  response.nonce = "2a";
  response.resources = {NewResource(kEds, "a", "one"), NewResource(kEds, "b", "")};
  response.removed = {"c", "d"};
  return response;
}

template <typename Message>
Message Parse(grpc::ByteBuffer buffer) {
  Message message;
  grpc::ProtoBufferReader reader(&buffer);
  REQUIRE(message.ParseFromZeroCopyStream(&reader));
  CHECK(message.GetReflection()->GetUnknownFields(message).empty());
  return message;
}

TEST_CASE("a delta response reads back as what it was made of") {
  const Response response = Sample();
  const auto message = Parse<DeltaDiscoveryResponse>(ToWire(Variant::kDelta, response));
  CHECK(message.system_version_info() == "17");
  CHECK(message.nonce() == "2a");
  CHECK(message.type_url() == translator::TypeUrl(kEds));
  REQUIRE(message.resources_size() == 2);
  CHECK(message.resources(0).name() == "a");
  CHECK(message.resources(0).version() == response.resources[0]->version());
  CHECK(message.resources(0).resource().type_url() == translator::TypeUrl(kEds));
  CHECK(message.resources(0).resource().value() == response.resources[0]->message());
  CHECK(message.resources(1).name() == "b");
  REQUIRE(message.removed_resources_size() == 2);
  CHECK(message.removed_resources(1) == "d");
}

TEST_CASE("a state-of-the-world response reads back as what it was made of") {
  const Response response = Sample();
  const auto message = Parse<DiscoveryResponse>(ToWire(Variant::kSotw, response));
  CHECK(message.version_info() == "17");
  CHECK(message.nonce() == "2a");
  CHECK(message.type_url() == translator::TypeUrl(kEds));
  REQUIRE(message.resources_size() == 2);
  CHECK(message.resources(0).type_url() == translator::TypeUrl(kEds));
  CHECK(message.resources(0).value() == response.resources[0]->message());
}

TEST_CASE("a response without resources is its header alone") {
  Response response;
  response.type = kEds;
  response.nonce = "1";
  const auto message = Parse<DeltaDiscoveryResponse>(ToWire(Variant::kDelta, response));
  CHECK(message.nonce() == "1");
  CHECK(message.resources().empty());
}

TEST_CASE("a buffer keeps its resources alive, and lets them go") {
  Response response = Sample();
  const std::weak_ptr<const translator::Resource> first = response.resources[0];
  {
    const grpc::ByteBuffer buffer = ToWire(Variant::kDelta, response);
    response.resources.clear();
    CHECK_FALSE(first.expired());
    CHECK(Parse<DeltaDiscoveryResponse>(buffer).resources(0).name() == "a");
  }
  CHECK(first.expired());
}

}  // namespace
}  // namespace binnacle::server
