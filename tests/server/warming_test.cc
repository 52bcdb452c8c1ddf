// Envoy says nothing of clusters while some are warming, also on a new stream.
// They become warm by endpoints, so whatever happened meanwhile these are
// answered.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "server/stream_state.h"
#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;
using Strings = std::vector<std::string>;

constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);

std::shared_ptr<FakeOffer> MeshOf(const Strings& clusters) {
  auto offer = std::make_shared<FakeOffer>();
  for (const std::string& name : clusters) {
    offer->With(kCds, name).With(kEds, name);
    offer->Refers(name, {.endpoints = {name}, .routes = {}, .secrets = {}});
  }
  return offer;
}

std::string VersionOf(FakeOffer& offer, ResourceType type, const std::string& name) {
  return offer.Find(type, name)->version();
}

void AskDelta(StreamState& state, ResourceType type, const Strings& names,
              const std::map<std::string, std::string>& held) {
  DeltaDiscoveryRequest request;
  request.set_type_url(std::string(translator::TypeUrl(type)));
  request.mutable_resource_names_subscribe()->Add(names.begin(), names.end());
  request.mutable_initial_resource_versions()->insert(held.begin(), held.end());
  REQUIRE(state.Receive(request).ok());
}

void AskSotw(StreamState& state, ResourceType type, const Strings& names,
             const std::string& version, const std::string& nonce = "") {
  DiscoveryRequest request;
  request.set_type_url(std::string(translator::TypeUrl(type)));
  request.mutable_resource_names()->Add(names.begin(), names.end());
  request.set_version_info(version);
  request.set_response_nonce(nonce);
  REQUIRE(state.Receive(request).ok());
}

TEST_CASE("a proxy that comes back and does not ask for clusters is sent endpoints it holds") {
  auto offer = MeshOf({"a"});
  StreamState state(Variant::kDelta, std::nullopt);
  state.Aim(offer);
  AskDelta(state, kEds, {"a", "gone"}, {{"a", VersionOf(*offer, kEds, "a")}});
  const auto response = state.Next(kNow);
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
  CHECK(response->removed == Strings{"gone"});
}

TEST_CASE("a proxy that comes back and asks for clusters first is believed its endpoints") {
  auto offer = MeshOf({"a"});
  StreamState state(Variant::kDelta, std::nullopt);
  state.Aim(offer);
  AskDelta(state, kCds, {}, {{"a", VersionOf(*offer, kCds, "a")}});
  AskDelta(state, kEds, {"a"}, {{"a", VersionOf(*offer, kEds, "a")}});
  CHECK_FALSE(state.Next(kNow).has_value());
}

TEST_CASE("state of the world: a cluster unknown here has no endpoints, which is said") {
  StreamState state(Variant::kSotw, std::nullopt);
  state.Aim(MeshOf({"a"}));
  AskSotw(state, kEds, {"a", "gone"}, "some version");
  const auto response = state.Next(kNow);
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a", "gone"});
  envoy::config::endpoint::v3::ClusterLoadAssignment nothing;
  REQUIRE(nothing.ParseFromString(std::string(response->resources[1]->message())));
  CHECK(nothing.cluster_name() == "gone");
  CHECK(nothing.endpoints().empty());
}

TEST_CASE("state of the world: a proxy that is not warming keeps endpoints of what is gone") {
  auto offer = MeshOf({"a"});
  StreamState state(Variant::kSotw, std::nullopt);
  state.Aim(offer);
  AskSotw(state, kCds, {}, offer->All(kCds)->version());
  AskSotw(state, kEds, {"a", "gone"}, "some version");
  const auto response = state.Next(kNow);
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
}

TEST_CASE("state of the world: a cluster that changes and then goes becomes warm all the same") {
  auto offer = MeshOf({"a", "b"});
  StreamState state(Variant::kSotw, std::nullopt);
  state.Aim(offer);
  AskSotw(state, kCds, {}, "");
  AskSotw(state, kCds, {}, "", state.Next(kNow)->nonce);
  AskSotw(state, kEds, {"a", "b"}, "");
  const std::string endpoints = state.Next(kNow)->nonce;

  auto changed = offer->Next();
  changed->With(kCds, "a", "2");
  state.Aim(changed);
  REQUIRE(state.Next(kNow)->type == kCds);  // never acknowledged: "a" is warming
  auto without = changed->Next();
  without->Without(kCds, "a").Without(kEds, "a");
  state.Aim(without);
  AskSotw(state, kEds, {"a", "b"}, "", endpoints);
  const auto response = state.Next(kNow);
  REQUIRE(response.has_value());
  CHECK(response->type == kEds);
  // What it had: requests may still go there.
  CHECK(Names(response->resources) == Strings{"a"});
  CHECK(response->resources[0]->version() == VersionOf(*offer, kEds, "a"));
}

}  // namespace
}  // namespace binnacle::server
