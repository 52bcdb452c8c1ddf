#include "server/subscription_delta.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "envoy/config/route/v3/route_components.pb.h"
#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using Strings = std::vector<std::string>;

constexpr Permit kAll{};
constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;

DeltaDiscoveryRequest Ask(const Strings& subscribe, const Strings& unsubscribe = {}) {
  DeltaDiscoveryRequest request;
  request.mutable_resource_names_subscribe()->Add(subscribe.begin(), subscribe.end());
  request.mutable_resource_names_unsubscribe()->Add(unsubscribe.begin(), unsubscribe.end());
  return request;
}

DeltaDiscoveryRequest Ack(const std::string& nonce) {
  DeltaDiscoveryRequest request;
  request.set_response_nonce(nonce);
  return request;
}

DeltaDiscoveryRequest Nack(const std::string& nonce, const std::string& why) {
  DeltaDiscoveryRequest request = Ack(nonce);
  request.mutable_error_detail()->set_code(13);
  request.mutable_error_detail()->set_message(why);
  return request;
}

TEST_CASE("a first request that names nothing subscribes to every cluster") {
  FakeOffer offer;
  offer.With(kCds, "a").With(kCds, "b");
  SubscriptionDelta clusters(kCds);
  CHECK_FALSE(clusters.active());
  CHECK_FALSE(clusters.Next(offer, kAll, "1").has_value());

  clusters.Receive(Ask({}));

  const auto response = clusters.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a", "b"});
  CHECK(response->removed.empty());
  CHECK(response->nonce == "1");
}

TEST_CASE("a proxy that asks for too many virtual hosts gets empty ones, and keeps the others") {
  constexpr auto kVhds = ResourceType::kVirtualHost;
  constexpr size_t kMost = SubscriptionDelta::kMostVirtualHosts;
  const auto name = [](size_t i) { return "80/h" + std::to_string(i); };
  FakeOffer offer;
  offer.With(kVhds, "80/h0").With(kVhds, "80/new").With(kVhds, "80/late");
  SubscriptionDelta hosts(kVhds);
  Strings first;
  for (size_t i = 0; i < kMost; ++i) first.push_back(name(i));
  hosts.Receive(Ask(first));
  const auto all = hosts.Next(offer, kAll, "1");
  REQUIRE(all.has_value());
  CHECK(Names(all->resources) == Strings{"80/h0"});
  CHECK(all->refused == 0);
  hosts.Receive(Ack("1"));

  hosts.Receive(Ask({"80/h0", "80/new"}));
  const auto over = hosts.Next(offer, kAll, "2");
  REQUIRE(over.has_value());
  CHECK(Names(over->resources) == Strings{"80/h0", "80/new"});
  envoy::config::route::v3::VirtualHost refused;
  REQUIRE(refused.ParseFromString(std::string(over->resources[1]->message())));
  CHECK(refused.name() == "80/new");
  CHECK(refused.routes().empty());
  CHECK(over->refused == 1);
  CHECK_FALSE(hosts.Wants("80/new"));
  hosts.Receive(Ack("2"));

  // One that is given up makes room.
  hosts.Receive(Ask({}, {name(1)}));
  hosts.Receive(Ask({"80/late"}));
  const auto late = hosts.Next(offer, kAll, "3");
  REQUIRE(late.has_value());
  CHECK(Names(late->resources) == Strings{"80/late"});
  CHECK(hosts.Wants("80/late"));
  CHECK(late->refused == 0);
}

TEST_CASE("a proxy that comes back with too many virtual hosts is told of each once") {
  constexpr auto kVhds = ResourceType::kVirtualHost;
  FakeOffer offer;
  SubscriptionDelta hosts(kVhds);
  DeltaDiscoveryRequest first;
  for (size_t i = 0; i < SubscriptionDelta::kMostVirtualHosts + 1; ++i) {
    const std::string name = "80/h" + std::to_string(i);
    first.add_resource_names_subscribe(name);
    (*first.mutable_initial_resource_versions())[name] = "old";
    offer.With(kVhds, name);
  }
  hosts.Receive(first);
  const auto response = hosts.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(response->resources.size() == SubscriptionDelta::kMostVirtualHosts + 1);
  CHECK(response->removed.empty());
  CHECK(response->refused == 1);
}

TEST_CASE("a first request that names nothing subscribes to no endpoints") {
  FakeOffer offer;
  offer.With(kEds, "a");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({}));
  CHECK_FALSE(endpoints.Next(offer, kAll, "1").has_value());
}

TEST_CASE("a proxy that asks for everything learns that there is nothing") {
  FakeOffer offer;
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  const auto response = clusters.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(response->resources.empty());
}

TEST_CASE("only one response is in flight, and changes behind it become one") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a", "1");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  REQUIRE(clusters.Next(*offer, kAll, "1").has_value());

  auto second = offer->Next();
  second->With(kCds, "a", "2");
  CHECK_FALSE(clusters.Next(*second, kAll, "2").has_value());
  auto third = second->Next();
  third->With(kCds, "a", "3").With(kCds, "b");
  CHECK_FALSE(clusters.Next(*third, kAll, "2").has_value());

  clusters.Receive(Ack("1"));
  const auto response = clusters.Next(*third, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a", "b"});
  CHECK(response->resources[0] == third->Find(kCds, "a"));
  clusters.Receive(Ack("2"));
  CHECK_FALSE(clusters.Next(*third, kAll, "3").has_value());
}

TEST_CASE("an answer with a stale nonce says nothing of the response in flight") {
  FakeOffer offer;
  offer.With(kCds, "a");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  REQUIRE(clusters.Next(offer, kAll, "7").has_value());

  const Reception stale = clusters.Receive(Nack("6", "no"));
  CHECK(stale.stale);
  CHECK(stale.answer == Reception::Answer::kNone);
  CHECK(clusters.in_flight());
  CHECK(clusters.nack_reason().empty());

  CHECK(clusters.Receive(Ack("7")).answer == Reception::Answer::kAck);
  CHECK_FALSE(clusters.in_flight());
}

TEST_CASE("names in a request with a stale nonce count all the same") {
  FakeOffer offer;
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"a"}));
  REQUIRE(endpoints.Next(offer, kAll, "1").has_value());
  endpoints.Receive(Ack("1"));
  DeltaDiscoveryRequest request = Ask({"b"});
  request.set_response_nonce("0");

  endpoints.Receive(request);

  const auto response = endpoints.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
}

TEST_CASE("a refusal is remembered with its reason, and not repeated at once") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a", "bad");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  REQUIRE(clusters.Next(*offer, kAll, "1").has_value());

  const Reception reception = clusters.Receive(Nack("1", "a: bad regex"));
  CHECK(reception.answer == Reception::Answer::kNack);
  CHECK(Names(reception.answered) == Strings{"a"});
  CHECK(clusters.nack_reason() == "a: bad regex");
  CHECK(clusters.status(1) == SyncStatus::kNacked);
  CHECK_FALSE(clusters.Next(*offer, kAll, "2").has_value());

  auto mended = offer->Next();
  mended->With(kCds, "a", "good");
  REQUIRE(clusters.Next(*mended, kAll, "2").has_value());
  clusters.Receive(Ack("2"));
  CHECK(clusters.status(2) == SyncStatus::kSynced);
  CHECK(clusters.nack_reason().empty());
}

TEST_CASE("a name that does not exist is answered as removed, once") {
  FakeOffer offer;
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"nobody"}));
  const auto response = endpoints.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(response->resources.empty());
  CHECK(response->removed == Strings{"nobody"});
  endpoints.Receive(Ack("1"));
  CHECK_FALSE(endpoints.Next(offer, kAll, "2").has_value());
}

TEST_CASE("a name that did not exist is sent when it comes to be") {
  auto offer = std::make_shared<FakeOffer>();
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"later"}));
  endpoints.Next(*offer, kAll, "1");
  endpoints.Receive(Ack("1"));
  auto next = offer->Next();
  next->With(kEds, "later");
  const auto response = endpoints.Next(*next, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"later"});
}

TEST_CASE("what is gone is removed") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a").With(kCds, "b");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  clusters.Next(*offer, kAll, "1");
  clusters.Receive(Ack("1"));
  auto next = offer->Next();
  next->Without(kCds, "a");
  const auto response = clusters.Next(*next, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(response->resources.empty());
  CHECK(response->removed == Strings{"a"});
}

TEST_CASE("a removal without permit waits, and is told later") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a").With(kCds, "b");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*"}));
  clusters.Next(*offer, kAll, "1");
  clusters.Receive(Ack("1"));
  auto next = offer->Next();
  next->Without(kCds, "a").With(kCds, "c");

  const auto first = clusters.Next(*next, {.updates = true, .removals = false}, "2");
  REQUIRE(first.has_value());
  CHECK(Names(first->resources) == Strings{"c"});
  CHECK(first->removed.empty());
  CHECK(clusters.removals_wait());
  clusters.Receive(Ack("2"));

  const auto second = clusters.Next(*next, kAll, "3");
  REQUIRE(second.has_value());
  CHECK(second->removed == Strings{"a"});
  CHECK_FALSE(clusters.removals_wait());
}

TEST_CASE("versions that a returning proxy names are believed") {
  FakeOffer offer;
  offer.With(kCds, "same", "1").With(kCds, "changed", "2");
  SubscriptionDelta clusters(kCds);
  DeltaDiscoveryRequest request = Ask({"*"});
  (*request.mutable_initial_resource_versions())["same"] = offer.Find(kCds, "same")->version();
  (*request.mutable_initial_resource_versions())["changed"] = "of yesterday";
  (*request.mutable_initial_resource_versions())["gone"] = "of yesterday";
  clusters.Receive(request);

  const auto response = clusters.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"changed"});
  CHECK(response->removed == Strings{"gone"});
}

TEST_CASE("a returning proxy that holds everything is sent nothing") {
  FakeOffer offer;
  offer.With(kCds, "a").With(kCds, "b");
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionDelta clusters(kCds);
  SubscriptionDelta endpoints(kEds);
  DeltaDiscoveryRequest all_clusters = Ask({});
  DeltaDiscoveryRequest all_endpoints = Ask({"a", "b"});
  for (const char* name : {"a", "b"}) {
    (*all_clusters.mutable_initial_resource_versions())[name] = offer.Find(kCds, name)->version();
    (*all_endpoints.mutable_initial_resource_versions())[name] = offer.Find(kEds, name)->version();
  }
  clusters.Receive(all_clusters);
  endpoints.Receive(all_endpoints);

  CHECK_FALSE(clusters.Next(offer, kAll, "1").has_value());
  CHECK_FALSE(endpoints.Next(offer, kAll, "1").has_value());
  CHECK(clusters.status(1) == SyncStatus::kSynced);
  CHECK(endpoints.status(1) == SyncStatus::kSynced);
}

TEST_CASE("a returning proxy's versions of names it no longer asks for mean nothing") {
  FakeOffer offer;
  offer.With(kEds, "a");
  SubscriptionDelta endpoints(kEds);
  DeltaDiscoveryRequest request = Ask({"a"});
  (*request.mutable_initial_resource_versions())["old"] = "1";
  endpoints.Receive(request);
  const auto response = endpoints.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
  CHECK(response->removed.empty());
}

TEST_CASE("who asks again for what it holds is sent it again") {
  FakeOffer offer;
  offer.With(kEds, "a").With(kEds, "b");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"a", "b"}));
  endpoints.Next(offer, kAll, "1");
  endpoints.Receive(Ack("1"));
  endpoints.Receive(Ask({"a"}));
  const auto response = endpoints.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
}

TEST_CASE("changes of a name that was unsubscribed are not sent") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kEds, "a", "1").With(kEds, "b", "1");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"a", "b"}));
  endpoints.Next(*offer, kAll, "1");
  endpoints.Receive(Ack("1"));
  endpoints.Receive(Ask({}, {"a"}));
  auto next = offer->Next();
  next->With(kEds, "a", "2").With(kEds, "b", "2");
  const auto response = endpoints.Next(*next, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
  CHECK(response->removed.empty());
}

TEST_CASE("unsubscribing from everything keeps what was asked for by name") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a", "1").With(kCds, "b", "1");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*", "b"}));
  clusters.Next(*offer, kAll, "1");
  clusters.Receive(Ack("1"));
  clusters.Receive(Ask({}, {"*"}));
  CHECK_FALSE(clusters.Next(*offer, kAll, "2").has_value());
  auto next = offer->Next();
  next->With(kCds, "a", "2").With(kCds, "b", "2");
  const auto response = clusters.Next(*next, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
}

TEST_CASE("a name dropped while the wildcard holds is told what it is now") {
  FakeOffer offer;
  offer.With(kCds, "a");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"*", "a", "hidden"}));
  clusters.Next(offer, kAll, "1");
  clusters.Receive(Ack("1"));
  clusters.Receive(Ask({}, {"a", "hidden"}));
  const auto response = clusters.Next(offer, kAll, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"a"});
  CHECK(response->removed == Strings{"hidden"});
}

TEST_CASE("named resources that become a wildcard subscription bring the rest") {
  FakeOffer offer;
  offer.With(kCds, "a").With(kCds, "b");
  SubscriptionDelta clusters(kCds);
  clusters.Receive(Ask({"a"}));
  const auto named = clusters.Next(offer, kAll, "1");
  REQUIRE(named.has_value());
  CHECK(Names(named->resources) == Strings{"a"});
  clusters.Receive(Ack("1"));
  clusters.Receive(Ask({"*"}));
  const auto rest = clusters.Next(offer, {.updates = false, .removals = false}, "2");
  REQUIRE(rest.has_value());
  CHECK(Names(rest->resources) == Strings{"b"});
}

TEST_CASE("a change without permit waits, but a new question is answered") {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kEds, "a", "1").With(kEds, "b", "1");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(Ask({"a"}));
  endpoints.Next(*offer, kAll, "1");
  endpoints.Receive(Ack("1"));
  auto next = offer->Next();
  next->With(kEds, "a", "2");
  endpoints.Receive(Ask({"b"}));
  const auto response = endpoints.Next(*next, {.updates = false, .removals = false}, "2");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"b"});
  CHECK(endpoints.updates_wait());
}

TEST_CASE("a hundred thousand names are compared as a few are") {
  FakeOffer offer;
  DeltaDiscoveryRequest request;
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = "cluster-" + std::to_string(i);
    offer.With(kEds, name);
    request.add_resource_names_subscribe(name);
    (*request.mutable_initial_resource_versions())[name] = offer.Find(kEds, name)->version();
  }
  offer.With(kEds, "cluster-77777", "changed");
  SubscriptionDelta endpoints(kEds);
  endpoints.Receive(request);
  const auto response = endpoints.Next(offer, kAll, "1");
  REQUIRE(response.has_value());
  CHECK(Names(response->resources) == Strings{"cluster-77777"});
}

}  // namespace
}  // namespace binnacle::server
