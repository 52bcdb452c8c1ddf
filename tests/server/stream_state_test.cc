#include "server/stream_state.h"

#include <catch2/catch.hpp>

#include "tests/server/fake_offer.h"

namespace binnacle::server {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;
using Strings = std::vector<std::string>;

constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;
constexpr auto kLds = ResourceType::kListener;
constexpr auto kRds = ResourceType::kRoute;
constexpr auto kVhds = ResourceType::kVirtualHost;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);

// A stream and the proxy at its other end.
class DeltaProxy {
 public:
  DeltaProxy() : state(Variant::kDelta, std::nullopt) {}

  void Ask(ResourceType type, const Strings& names) {
    DeltaDiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(type)));
    request.mutable_resource_names_subscribe()->Add(names.begin(), names.end());
    REQUIRE(state.Receive(request).ok());
  }
  void Ack(const Response& response) {
    DeltaDiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(response.type)));
    request.set_response_nonce(response.nonce);
    REQUIRE(state.Receive(request).ok());
  }
  // Everything that is sent until the state is silent, acknowledged at once.
  std::vector<Response> Drain() {
    std::vector<Response> responses;
    while (auto response = state.Next(kNow)) {
      Ack(*response);
      responses.push_back(*std::move(response));
    }
    return responses;
  }
  // One response, left unanswered.
  Response Expect(ResourceType type) {
    auto response = state.Next(kNow);
    REQUIRE(response.has_value());
    REQUIRE(response->type == type);
    return *std::move(response);
  }
  bool Silent(absl::Time now = kNow) { return !state.Next(now).has_value(); }

  StreamState state;
};

// A mesh with one cluster "a", its endpoints, a listener "l" and its route "r".
std::shared_ptr<FakeOffer> SmallMesh() {
  auto offer = std::make_shared<FakeOffer>();
  offer->With(kCds, "a").With(kEds, "a").With(kLds, "l").With(kRds, "r");
  offer->Refers("a", {.endpoints = {"a"}, .routes = {}, .secrets = {}});
  offer->Refers("b", {.endpoints = {"b"}, .routes = {}, .secrets = {}});
  offer->Refers("l", {.endpoints = {}, .routes = {"r"}, .secrets = {}});
  return offer;
}

std::unique_ptr<DeltaProxy> Connected(const std::shared_ptr<FakeOffer>& offer) {
  auto proxy = std::make_unique<DeltaProxy>();
  proxy->state.Aim(offer);
  proxy->Ask(kCds, {"*"});
  proxy->Drain();
  proxy->Ask(kEds, {"a"});
  proxy->Ask(kLds, {"*"});
  proxy->Drain();
  proxy->Ask(kRds, {"r"});
  proxy->Drain();
  REQUIRE(proxy->state.Settled());
  return proxy;
}

TEST_CASE("nothing is sent before there is an offer") {
  DeltaProxy proxy;
  proxy.Ask(kCds, {"*"});
  CHECK(proxy.Silent());
  proxy.state.Aim(SmallMesh());
  proxy.Expect(kCds);
}

TEST_CASE("a type that is not served is not answered and harms no other") {
  DeltaProxy proxy;
  proxy.state.Aim(SmallMesh());
  DeltaDiscoveryRequest request;
  request.set_type_url("type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig");
  const auto event = proxy.state.Receive(request);
  REQUIRE(event.ok());
  CHECK_FALSE(event->type.has_value());
  CHECK(proxy.Silent());
  proxy.Ask(kCds, {"*"});
  proxy.Expect(kCds);
}

TEST_CASE("a request without a type ends an aggregated stream") {
  StreamState state(Variant::kSotw, std::nullopt);
  CHECK(state.Receive(DiscoveryRequest()).status().message() ==
        "type_url is empty: on an aggregated stream it is required");
}

TEST_CASE("a single-type service knows its type, and refuses another") {
  StreamState state(Variant::kSotw, kEds);
  const auto event = state.Receive(DiscoveryRequest());
  REQUIRE(event.ok());
  CHECK(event->type == kEds);
  DiscoveryRequest other;
  other.set_type_url(std::string(translator::TypeUrl(kCds)));
  CHECK(state.Receive(other).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a stream that asks for ever more names is ended, and says why") {
  DeltaProxy proxy;
  for (size_t i = 0; i < StreamState::kMostNames; i += 100'000) {
    Strings names;
    for (size_t k = 0; k < 100'000; ++k) names.push_back("c" + std::to_string(i + k));
    proxy.Ask(kEds, names);
  }
  DeltaDiscoveryRequest more;
  more.set_type_url(std::string(translator::TypeUrl(kEds)));
  more.add_resource_names_subscribe("one too many");
  const absl::Status status = proxy.state.Receive(more).status();
  CHECK(absl::IsResourceExhausted(status));
  CHECK_THAT(std::string(status.message()), Catch::Contains("1000000"));
}

TEST_CASE("routes to a new cluster wait until it and its endpoints are acknowledged") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto next = offer->Next();
  next->With(kCds, "b").With(kEds, "b").With(kRds, "r", "to b");
  proxy->state.Aim(next);

  const Response clusters = proxy->Expect(kCds);
  CHECK(Names(clusters.resources) == Strings{"b"});
  CHECK(proxy->Silent());  // the route waits
  proxy->Ack(clusters);
  CHECK(proxy->Silent());  // the proxy has not asked for the endpoints yet
  proxy->Ask(kEds, {"b"});
  const Response endpoints = proxy->Expect(kEds);
  CHECK(Names(endpoints.resources) == Strings{"b"});
  CHECK(proxy->Silent());
  proxy->Ack(endpoints);
  const Response routes = proxy->Expect(kRds);
  CHECK(Names(routes.resources) == Strings{"r"});
  CHECK_FALSE(proxy->state.Settled());
  proxy->Ack(routes);
  CHECK(proxy->Silent());
  CHECK(proxy->state.Settled());
}

TEST_CASE("a cluster goes only after the routes without it are acknowledged") {
  auto offer = SmallMesh();
  offer->With(kCds, "b").With(kEds, "b").With(kRds, "r", "to b");
  auto proxy = Connected(offer);
  proxy->Ask(kEds, {"b"});
  proxy->Drain();
  auto next = offer->Next();
  next->Without(kCds, "b").Without(kEds, "b").With(kRds, "r", "to a");
  proxy->state.Aim(next);

  const Response routes = proxy->Expect(kRds);
  CHECK(proxy->Silent());
  proxy->Ack(routes);
  const Response removal = proxy->Expect(kCds);
  CHECK(removal.resources.empty());
  CHECK(removal.removed == Strings{"b"});
}

TEST_CASE("waiting for an acknowledgement ends after a while") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto next = offer->Next();
  next->With(kCds, "b").With(kRds, "r", "to b");
  proxy->state.Aim(next);
  proxy->Expect(kCds);  // never acknowledged
  CHECK(proxy->Silent());
  CHECK(proxy->state.WakeAt() == kNow + StreamState::kPatience);
  const absl::Time later = proxy->state.WakeAt();
  CHECK(proxy->Silent(later - absl::Milliseconds(1)));
  const auto response = proxy->state.Next(later);
  REQUIRE(response.has_value());
  CHECK(response->type == kRds);
}

TEST_CASE("a changed cluster gets its endpoints again, though they did not change") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto next = offer->Next();
  next->With(kCds, "a", "2");
  proxy->state.Aim(next);
  const auto responses = proxy->Drain();
  REQUIRE(responses.size() == 2);
  CHECK(responses[0].type == kCds);
  CHECK(responses[1].type == kEds);
  CHECK(Names(responses[1].resources) == Strings{"a"});
}

TEST_CASE("endpoints of a changed cluster do not wait for it to be acknowledged") {
  // Envoy acknowledges a cluster when it is warm: it must have its endpoints
  // before, again or changed.
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto next = offer->Next();
  next->With(kCds, "a", "2");
  proxy->state.Aim(next);
  const Response clusters = proxy->Expect(kCds);
  const Response again = proxy->Expect(kEds);
  CHECK(Names(again.resources) == Strings{"a"});
  proxy->Ack(again);
  auto later = next->Next();
  later->With(kEds, "a", "2");
  proxy->state.Aim(later);
  const Response changed = proxy->Expect(kEds);
  CHECK(Names(changed.resources) == Strings{"a"});
  proxy->Ack(changed);
  proxy->Ack(clusters);
  CHECK(proxy->Silent());
  CHECK(proxy->state.Settled());
}

TEST_CASE("a changed listener gets its routes again, though they did not change") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto next = offer->Next();
  next->With(kLds, "l", "2");
  proxy->state.Aim(next);
  const auto responses = proxy->Drain();
  REQUIRE(responses.size() == 2);
  CHECK(responses[0].type == kLds);
  CHECK(responses[1].type == kRds);
}

TEST_CASE("state of the world gets the endpoints of a changed cluster again too") {
  auto offer = SmallMesh();
  StreamState state(Variant::kSotw, std::nullopt);
  state.Aim(offer);
  auto ask = [&](ResourceType type, const Strings& names, const std::string& nonce) {
    DiscoveryRequest request;
    request.set_type_url(std::string(translator::TypeUrl(type)));
    request.mutable_resource_names()->Add(names.begin(), names.end());
    request.set_response_nonce(nonce);
    REQUIRE(state.Receive(request).ok());
  };
  ask(kCds, {}, "");
  ask(kCds, {}, state.Next(kNow)->nonce);
  ask(kEds, {"a"}, "");
  ask(kEds, {"a"}, state.Next(kNow)->nonce);

  auto next = offer->Next();
  next->With(kCds, "a", "2");
  state.Aim(next);
  const auto clusters = state.Next(kNow);
  REQUIRE(clusters.has_value());
  const auto endpoints = state.Next(kNow);
  REQUIRE(endpoints.has_value());
  CHECK(endpoints->type == kEds);
  CHECK(Names(endpoints->resources) == Strings{"a"});
}

TEST_CASE("a proxy that is refused nothing and asks for nothing more stays silent") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  proxy->state.Aim(offer->Next());
  CHECK(proxy->Silent());
  CHECK(proxy->state.Settled());
  CHECK(proxy->state.WakeAt() == absl::InfiniteFuture());
}

TEST_CASE("a proxy that may ask for virtual hosts and needs none yet has all it wants") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  proxy->Ask(kVhds, {});
  CHECK(proxy->Silent());
  CHECK(proxy->state.Settled());
  proxy->state.Aim(offer->Next());
  CHECK(proxy->Silent());
  CHECK(proxy->state.Settled());
}

TEST_CASE("a virtual host is sent when it is asked for, when it changes, and when asked again") {
  auto offer = SmallMesh();
  offer->With(kVhds, "r/x").With(kVhds, "r/y");
  auto proxy = Connected(offer);
  proxy->Ask(kVhds, {});
  proxy->Ask(kVhds, {"r/x"});
  const auto first = proxy->Drain();
  REQUIRE(first.size() == 1);
  CHECK(Names(first[0].resources) == Strings{"r/x"});
  CHECK(proxy->state.Settled());

  auto next = offer->Next();
  next->With(kVhds, "r/x", "2").With(kVhds, "r/y", "2");
  proxy->state.Aim(next);
  const auto changed = proxy->Drain();
  REQUIRE(changed.size() == 1);
  CHECK(Names(changed[0].resources) == Strings{"r/x"});

  proxy->Ask(kVhds, {"r/x"});
  CHECK(Names(proxy->Expect(kVhds).resources) == Strings{"r/x"});
}

TEST_CASE("a virtual host that uses a new cluster waits until that is acknowledged") {
  auto offer = SmallMesh();
  offer->With(kVhds, "r/x");
  auto proxy = Connected(offer);
  proxy->Ask(kVhds, {"r/x"});
  proxy->Drain();
  auto next = offer->Next();
  next->With(kCds, "b").With(kEds, "b").With(kVhds, "r/x", "to b").With(kVhds, "r/y", "to b");
  proxy->state.Aim(next);
  const Response clusters = proxy->Expect(kCds);
  // Even one that is asked for just now: the request behind it can wait.
  proxy->Ask(kVhds, {"r/y"});
  CHECK(proxy->Silent());
  proxy->Ack(clusters);
  CHECK(proxy->Silent());
  proxy->Ask(kEds, {"b"});
  const Response endpoints = proxy->Expect(kEds);
  CHECK(proxy->Silent());
  proxy->Ack(endpoints);
  CHECK(Names(proxy->Expect(kVhds).resources) == Strings{"r/x", "r/y"});
}

TEST_CASE("a virtual host that is asked for does not wait for ever") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  proxy->Ask(kVhds, {});
  auto next = offer->Next();
  next->With(kCds, "b").With(kVhds, "r/x");
  proxy->state.Aim(next);
  proxy->Expect(kCds);
  proxy->Ask(kVhds, {"r/x"});
  CHECK(proxy->Silent());
  const auto late = proxy->state.Next(kNow + StreamState::kPatience);
  REQUIRE(late.has_value());
  CHECK(late->type == kVhds);
}

TEST_CASE("a cluster goes only after the virtual host that used it is acknowledged without it") {
  auto offer = SmallMesh();
  offer->With(kCds, "b").With(kVhds, "r/x", "to b");
  auto proxy = Connected(offer);
  proxy->Ask(kVhds, {"r/x"});
  proxy->Drain();
  auto next = offer->Next();
  next->Without(kCds, "b").With(kVhds, "r/x", "to a");
  proxy->state.Aim(next);
  const Response host = proxy->Expect(kVhds);
  CHECK(proxy->Silent());
  proxy->Ack(host);
  CHECK(proxy->Expect(kCds).removed == Strings{"b"});
}

TEST_CASE("who comes back naming the virtual hosts that it holds is sent what has changed") {
  auto offer = SmallMesh();
  offer->With(kVhds, "r/x").With(kVhds, "r/y");
  auto proxy = Connected(offer);
  DeltaDiscoveryRequest request;
  request.set_type_url(std::string(translator::TypeUrl(kVhds)));
  for (const char* name : {"r/x", "r/y"}) {
    request.add_resource_names_subscribe(name);
    (*request.mutable_initial_resource_versions())[name] = offer->Find(kVhds, name)->version();
  }
  (*request.mutable_initial_resource_versions())["r/y"] = "another";
  REQUIRE(proxy->state.Receive(request).ok());
  const auto responses = proxy->Drain();
  REQUIRE(responses.size() == 1);
  CHECK(Names(responses[0].resources) == Strings{"r/y"});
  CHECK(proxy->state.Settled());
}

TEST_CASE("the status of each type is what an operator wants to know") {
  auto offer = SmallMesh();
  auto proxy = Connected(offer);
  auto status = [&](ResourceType type) {
    for (const TypeStatus& s : proxy->state.statuses()) {
      if (s.type == type) return std::string(SyncStatusName(s.status));
    }
    return std::string();
  };
  CHECK(status(kCds) == "SYNCED");
  CHECK(status(ResourceType::kSecret) == "NOT SENT");
  auto next = offer->Next();
  next->With(kCds, "a", "2");
  proxy->state.Aim(next);
  const Response clusters = proxy->Expect(kCds);
  CHECK(status(kCds) == "STALE");
  DeltaDiscoveryRequest nack;
  nack.set_type_url(std::string(translator::TypeUrl(kCds)));
  nack.set_response_nonce(clusters.nonce);
  nack.mutable_error_detail()->set_message("no");
  REQUIRE(proxy->state.Receive(nack).ok());
  CHECK(status(kCds) == "NACKED");
}

}  // namespace
}  // namespace binnacle::server
