#include "server/subscription_sotw.h"

#include <catch2/catch.hpp>

#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;
using Strings = std::vector<std::string>;

constexpr Permit kAll{};
constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;

DiscoveryRequest Ask(const Strings& names, const std::string& nonce = "") {
  DiscoveryRequest request;
  request.mutable_resource_names()->Add(names.begin(), names.end());
  request.set_response_nonce(nonce);
  return request;
}

DiscoveryRequest Nack(const Strings& names, const std::string& nonce, const std::string& why) {
  DiscoveryRequest request = Ask(names, nonce);
  request.mutable_error_detail()->set_message(why);
  return request;
}

TEST_CASE("an empty first request asks for every cluster, each response holds all") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a", "1").With(kCds, "b", "1");
  SubscriptionSotw clusters(kCds);
  clusters.Receive(Ask({}));
  const auto first = clusters.Next(*offer, kAll, "1");
  REQUIRE(first.has_value());
  CHECK(Names(first->resources) == Strings{"a", "b"});
  CHECK(first->version == offer->All(kCds)->version());
  clusters.Receive(Ask({}, "1"));
  CHECK_FALSE(clusters.Next(*offer, kAll, "2").has_value());

  auto next = offer->Next();
  next->With(kCds, "b", "2");
  const auto second = clusters.Next(*next, kAll, "2");
  REQUIRE(second.has_value());
  CHECK(Names(second->resources) == Strings{"a", "b"});
  CHECK(Names(second->changed) == Strings{"b"});
  CHECK(second->version != first->version);
}

TEST_CASE("what a response of clusters leaves out is gone") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a").With(kCds, "b");
  SubscriptionSotw clusters(kCds);
  clusters.Receive(Ask({"*"}));
  clusters.Next(*offer, kAll, "1");
  clusters.Receive(Ask({"*"}, "1"));
  auto next = offer->Next();
  next->Without(kCds, "a").With(kCds, "c");

  // Not yet permitted: the old cluster stays on the list beside the new one.
  const auto adds = clusters.Next(*next, {.updates = true, .removals = false}, "2");
  REQUIRE(adds.has_value());
  CHECK(Names(adds->resources) == Strings{"a", "b", "c"});
  CHECK(clusters.removals_wait());
  clusters.Receive(Ask({"*"}, "2"));

  const auto removal = clusters.Next(*next, kAll, "3");
  REQUIRE(removal.has_value());
  CHECK(Names(removal->resources) == Strings{"b", "c"});
}

TEST_CASE("endpoints are asked for by name, and only what changed is sent") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kEds, "a", "1").With(kEds, "b", "1").With(kEds, "c", "1");
  SubscriptionSotw endpoints(kEds);
  endpoints.Receive(Ask({"a", "b"}));
  const auto first = endpoints.Next(*offer, kAll, "1");
  REQUIRE(first.has_value());
  CHECK(Names(first->resources) == Strings{"a", "b"});
  endpoints.Receive(Ask({"a", "b"}, "1"));

  auto next = offer->Next();
  next->With(kEds, "b", "2").With(kEds, "c", "2");
  const auto second = endpoints.Next(*next, kAll, "2");
  REQUIRE(second.has_value());
  CHECK(Names(second->resources) == Strings{"b"});
}

TEST_CASE("a request that names more is answered with what is new") {
  FakeOffer offer;
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionSotw endpoints(kEds);
  endpoints.Receive(Ask({"a"}));
  endpoints.Next(offer, kAll, "1");
  endpoints.Receive(Ask({"a"}, "1"));
  CHECK_FALSE(endpoints.Next(offer, kAll, "2").has_value());
  endpoints.Receive(Ask({"a", "b"}, "1"));
  const auto response = endpoints.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
}

TEST_CASE("a name that was let go and is asked for again is sent again") {
  FakeOffer offer;
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionSotw endpoints(kEds);
  endpoints.Receive(Ask({"a", "b"}));
  endpoints.Next(offer, kAll, "1");
  endpoints.Receive(Ask({"b"}, "1"));
  CHECK_FALSE(endpoints.Next(offer, kAll, "2").has_value());
  endpoints.Receive(Ask({"a", "b"}, "1"));
  const auto response = endpoints.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
}

TEST_CASE("a request made before our last response arrived is void") {
  FakeOffer offer;
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionSotw endpoints(kEds);
  endpoints.Receive(Ask({"a"}));
  REQUIRE(endpoints.Next(offer, kAll, "1").has_value());
  CHECK(endpoints.Receive(Ask({"a", "b"})).stale);
  CHECK(endpoints.in_flight());
  // The acknowledgement says the names again.
  const Reception reception = endpoints.Receive(Ask({"a", "b"}, "1"));
  CHECK(reception.answer == Reception::Answer::kAck);
  const auto response = endpoints.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
  CHECK(endpoints.Receive(Nack({"a"}, "1", "late")).stale);
  CHECK(endpoints.nack_reason().empty());
}

TEST_CASE("a refusal keeps its reason until something is accepted") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a", "bad");
  SubscriptionSotw clusters(kCds);
  clusters.Receive(Ask({}));
  clusters.Next(*offer, kAll, "1");
  CHECK(clusters.Receive(Nack({}, "1", "no")).answer == Reception::Answer::kNack);
  CHECK(clusters.status(1) == SyncStatus::kNacked);
  CHECK(clusters.acked_version().empty());
  CHECK_FALSE(clusters.Next(*offer, kAll, "2").has_value());
  auto next = offer->Next();
  next->With(kCds, "a", "good");
  const auto response = clusters.Next(*next, kAll, "2");
  REQUIRE(response.has_value());
  clusters.Receive(Ask({}, "2"));
  CHECK(clusters.status(2) == SyncStatus::kSynced);
  CHECK(clusters.acked_version() == response->version);
}

TEST_CASE("once clusters were named, an empty list asks for none") {
  FakeOffer offer;
  offer.With(kCds, "a").With(kCds, "b");
  SubscriptionSotw clusters(kCds);
  clusters.Receive(Ask({"a"}));
  const auto named = clusters.Next(offer, kAll, "1");
  REQUIRE(named.has_value());
  CHECK(Names(named->resources) == Strings{"a"});
  clusters.Receive(Ask({}, "1"));
  const auto none = clusters.Next(offer, kAll, "2");
  if (none.has_value()) CHECK(none->resources.empty());
}

TEST_CASE("the explicit wildcard stands beside names and can be given up") {
  FakeOffer offer;
  offer.With(kCds, "a").With(kCds, "b");
  SubscriptionSotw clusters(kCds);
  clusters.Receive(Ask({"*", "a"}));
  const auto all = clusters.Next(offer, kAll, "1");
  REQUIRE(all.has_value());
  CHECK(Names(all->resources) == Strings{"a", "b"});
  clusters.Receive(Ask({"a"}, "1"));
  const auto named = clusters.Next(offer, kAll, "2");
  REQUIRE(named.has_value());
  CHECK(Names(named->resources) == Strings{"a"});
}

TEST_CASE("a returning proxy whose version is ours is not sent its clusters again") {
  FakeOffer offer;
  offer.With(kCds, "a");
  SubscriptionSotw clusters(kCds);
  DiscoveryRequest request = Ask({}, "nonce of another stream");
  request.set_version_info(offer.All(kCds)->version());
  clusters.Receive(request);
  CHECK_FALSE(clusters.Next(offer, kAll, "1").has_value());
  CHECK(clusters.status(1) == SyncStatus::kSynced);
}

TEST_CASE("a returning proxy with another version is sent everything") {
  FakeOffer offer;
  offer.With(kCds, "a");
  SubscriptionSotw clusters(kCds);
  DiscoveryRequest request = Ask({});
  request.set_version_info("older");
  clusters.Receive(request);
  CHECK(clusters.Next(offer, kAll, "1").has_value());
}

TEST_CASE("names that do not exist get one empty answer") {
  FakeOffer offer;
  SubscriptionSotw routes(ResourceType::kRoute);
  routes.Receive(Ask({"nobody"}));
  const auto response = routes.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(response->resources.empty());
  routes.Receive(Ask({"nobody"}, "1"));
  CHECK_FALSE(routes.Next(offer, kAll, "2").has_value());
}

TEST_CASE("of a cluster that does not exist it is said once that it has no endpoints") {
  FakeOffer offer;
  SubscriptionSotw endpoints(kEds);
  endpoints.Receive(Ask({"nobody"}));
  const auto response = endpoints.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == std::vector<std::string>{"nobody"});
  endpoints.Receive(Ask({"nobody"}, "1"));
  CHECK_FALSE(endpoints.Next(offer, kAll, "2").has_value());
}

}  // namespace
}  // namespace binnacle::server
