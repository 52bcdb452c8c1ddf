// Proxies that stop reading, or are gone without a word, cost little and hold up
// nobody.

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/server/relay.h"
#include "tests/server/running_server.h"

namespace binnacle::server {
namespace {

constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;
constexpr absl::Duration kLongPatience = absl::Seconds(200);

// The sum of a metric over all types.
double Sum(const RunningServer& server, const std::string& metric) {
  double sum = 0;
  const std::string text = server.metrics.Text();
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, metric + "{") &&
        absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) {
      sum += value;
    }
  }
  return sum;
}

// Many proxies, fifty to a connection, that read and acknowledge.
class Fleet {
 public:
  Fleet(const RunningServer& server, int count) {
    std::shared_ptr<grpc::Channel> channel;
    for (int i = 0; i < count; ++i) {
      if (i % 50 == 0) channel = NewChannel(server.address);
      clients_.push_back(
          std::make_unique<DeltaClient>(channel, absl::StrCat("web-", i), kLongPatience));
      clients_.back()->Send(kCds, Subscribe({"*"}));
    }
  }

  // Each gets its next response, and `name` is in it.
  void AllGet(const std::string& name) {
    for (auto& client : clients_) {
      const DeltaDiscoveryResponse response = client->Read();
      const auto names = Names(response);
      REQUIRE(std::find(names.begin(), names.end(), name) != names.end());
      ++responses;
      bytes += static_cast<double>(response.ByteSizeLong());
      client->Ack(kCds, response);
    }
  }

  double responses = 0;
  double bytes = 0;

 private:
  std::vector<std::unique_ptr<DeltaClient>> clients_;
};

TEST_CASE(
    "a proxy that stops reading costs five responses at most while 500 others get 50 changes") {
  RunningServer server;
  std::string many;
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) {
    many += ServiceEntryText(absl::StrCat("s", i), "10.0.0.1");
    names.push_back(ClusterOf(absl::StrCat("s", i)));
  }
  server.Apply(many);
  DeltaClient stuck(NewChannel(server.address), "stuck", kLongPatience);
  stuck.Send(kCds, Subscribe({"*"}));
  stuck.Send(kEds, Subscribe(names));
  stuck.Send(ResourceType::kListener, Subscribe({"*"}));
  stuck.Send(ResourceType::kRoute, Subscribe({"80"}));
  REQUIRE(Eventually([&] { return server.StatusOf("stuck", kCds) == "STALE"; }));

  Fleet fleet(server, 500);
  fleet.AllGet(names[0]);
  for (int i = 0; i < 50; ++i) {
    const std::string name = absl::StrCat("new", i);
    server.Apply(ServiceEntryText(name, "10.0.0.1"));
    fleet.AllGet(ClusterOf(name));
  }
  // What was sent and not to the fleet was sent to the one that is stuck.
  const double pieces = Sum(server, "binnacle_xds_pushes_total") - fleet.responses;
  const double bytes = Sum(server, "binnacle_xds_sent_bytes_total") - fleet.bytes;
  CHECK(pieces >= 1);
  CHECK(pieces <= 5);
  CHECK(bytes <= 2 * fleet.bytes / 500);
  CHECK(server.StatusOf("stuck", kCds) == "STALE");

  // When it reads at last, it is told in one piece what it has missed.
  DeltaDiscoveryResponse response = stuck.Read();
  CHECK(response.type_url() == translator::TypeUrl(kCds));
  stuck.Ack(kCds, response);
  do {
    response = stuck.Read();
  } while (response.type_url() != translator::TypeUrl(kCds));
  CHECK(Names(response).size() == 50);
}

TEST_CASE("proxies that come at once and say nothing keep nobody out") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  auto stub = AggregatedDiscoveryService::NewStub(NewChannel(server.address));
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<DeltaClient::Stream>> silent;
  for (size_t i = 0; i < 2 * PushHub::kArrivalsAtOnce; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    silent.push_back(stub->DeltaAggregatedResources(contexts.back().get()));
  }
  REQUIRE(Eventually([&] { return server.hub.streams().size() == silent.size(); }));
  DeltaClient client(server);
  client.Send(kEds, Subscribe({ClusterOf("one")}));
  CHECK(Names(client.Read()) == std::vector<std::string>{ClusterOf("one")});
  for (const auto& context : contexts) context->TryCancel();
}

TEST_CASE("a peer that is gone without a word is found, however quiet the mesh") {
  RunningServer server({.idle = absl::Milliseconds(100), .answer = absl::Seconds(1)});
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  Relay relay(server.address);
  DeltaClient client(NewChannel(relay.address()), "web-1", kLongPatience);
  client.Send(kCds, Subscribe({"*"}));
  client.Ack(kCds, client.Read());
  REQUIRE(Eventually([&] { return server.StatusOf("web-1", kCds) == "SYNCED"; }));
  // Nothing is said for longer than gRPC asks by itself: a ping has 17 bytes.
  const size_t before = relay.bytes_from_target();
  REQUIRE(Eventually([&] { return relay.bytes_from_target() >= before + 10 * 17; }));
  CHECK(server.proxies().size() == 1);
  relay.FallSilent();
  CHECK(Eventually([&] { return server.hub.streams().empty(); }));
  CHECK(Eventually([&] { return relay.target_has_closed(); }));
}

}  // namespace
}  // namespace binnacle::server
