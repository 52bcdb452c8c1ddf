#include "server/response.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

std::vector<absl::string_view> Pieces(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  REQUIRE(buffer.Dump(&slices).ok());
  std::vector<absl::string_view> pieces;
  pieces.reserve(slices.size());
  for (const grpc::Slice& slice : slices) {
    pieces.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return pieces;
}

std::vector<ResourcePtr> ManyResources() {
  std::vector<ResourcePtr> resources;
  for (int i = 0; i < 3000; ++i) {
    // Now and then one so large that it is never put together with others.
    const std::string content = i % 1000 == 7 ? std::string(100'000, 'x') : absl::StrCat(i);
    resources.push_back(NewResource(kEds, absl::StrCat("e", i), content));
  }
  return resources;
}

TEST_CASE("thousands of resources are few pieces, and read back one by one") {
  Response response;
  response.type = kEds;
  response.resources = ManyResources();
  const grpc::ByteBuffer buffer = ToWire(Variant::kDelta, response);
  CHECK(Pieces(buffer).size() < 300);
  const auto message = Parse<DeltaDiscoveryResponse>(buffer);
  REQUIRE(message.resources_size() == 3000);
  bool same = true;
  for (int i = 0; i < 3000; ++i) {
    same &= message.resources(i).name() == response.resources[i]->name() &&
            message.resources(i).resource().value() == response.resources[i]->message();
  }
  CHECK(same);
}

TEST_CASE("responses that differ a little share all but a little") {
  Response first;
  first.type = kEds;
  first.resources = ManyResources();
  Response second = first;
  second.resources.erase(second.resources.begin() + 1500);
  const grpc::ByteBuffer one = ToWire(Variant::kDelta, first);
  const grpc::ByteBuffer two = ToWire(Variant::kDelta, second);
  std::set<const void*> addresses;
  for (const absl::string_view piece : Pieces(one)) addresses.insert(piece.data());
  int own = 0;
  for (const absl::string_view piece : Pieces(two)) own += addresses.contains(piece.data()) ? 0 : 1;
  CHECK(own <= 3);  // its header, and what surrounds the difference
}

}  // namespace
}  // namespace binnacle::server
