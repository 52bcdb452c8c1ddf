#include "server/xds_server.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/service/cluster/v3/cds.grpc.pb.h"
#include "envoy/service/endpoint/v3/eds.grpc.pb.h"
#include "tests/server/running_server.h"

namespace binnacle::server {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::VectorContains;
using Strings = std::vector<std::string>;

constexpr auto kCds = ResourceType::kCluster;
constexpr auto kEds = ResourceType::kEndpoint;

TEST_CASE("a delta proxy gets its clusters, what changes, and what goes") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1") + ServiceEntryText("two", "10.0.0.2"));
  DeltaClient client(server);

  client.Send(kCds, Subscribe({"*"}));
  const auto all = client.Read();
  CHECK_THAT(Names(all), VectorContains(ClusterOf("one")));
  CHECK_THAT(Names(all), VectorContains(ClusterOf("two")));
  CHECK(all.type_url() == translator::TypeUrl(kCds));
  client.Ack(kCds, all);
  CHECK(Eventually([&] { return server.StatusOf("web-1", kCds) == "SYNCED"; }));

  server.Apply(ServiceEntryText("three", "10.0.0.3"));
  const auto added = client.Read();
  CHECK(Names(added) == Strings{ClusterOf("three")});
  client.Ack(kCds, added);

  server.RemoveServiceEntry("one");
  const auto removed = client.Read();
  CHECK(removed.resources().empty());
  REQUIRE(removed.removed_resources_size() == 1);
  CHECK(removed.removed_resources(0) == ClusterOf("one"));
}

TEST_CASE("a changed address is sent to those who asked for it by name") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1") + ServiceEntryText("two", "10.0.0.2"));
  DeltaClient client(server);
  client.Send(kEds, Subscribe({ClusterOf("one")}));
  const auto first = client.Read();
  CHECK(Names(first) == Strings{ClusterOf("one")});
  client.Ack(kEds, first);
  server.Apply(ServiceEntryText("two", "10.0.0.9"));
  server.Apply(ServiceEntryText("one", "10.0.0.8"));
  const auto second = client.Read();
  CHECK(Names(second) == Strings{ClusterOf("one")});
  CHECK(second.resources(0).version() != first.resources(0).version());
}

TEST_CASE("answers wait for the first complete batch") {
  RunningServer server;
  DeltaClient client(server);
  client.Send(kCds, Subscribe({"*"}));
  CHECK(Eventually([&] { return server.proxies().size() == 1; }));
  CHECK(server.StatusOf("web-1", kCds) == "NOT SENT");
  CHECK_FALSE(server.owner.ready());
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  CHECK_THAT(Names(client.Read()), VectorContains(ClusterOf("one")));
  CHECK(Eventually([&] { return server.owner.ready(); }));
}

TEST_CASE("a refusal is shown with its reason, and counted") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  DeltaClient client(server);
  client.Send(kCds, Subscribe({"*"}));
  client.Nack(kCds, client.Read(), "outbound|80||one.test: not today");
  CHECK(Eventually([&] { return server.StatusOf("web-1", kCds) == "NACKED"; }));
  const auto proxy = FindProxy(server.proxies(), "web-1.default");
  REQUIRE(proxy.ok());
  const auto json = ProxyStatusJson(server.proxies());
  CHECK(json[0]["proxy"] == "web-1.default");
  CHECK(json[0]["types"]["CDS"]["nackReason"] == "outbound|80||one.test: not today");
  CHECK_THAT(server.metrics.Text(), Contains("binnacle_xds_nacks_total{type=\"CDS\"} 1"));
}

TEST_CASE("a returning proxy that names its versions is sent nothing") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1") + ServiceEntryText("two", "10.0.0.2"));
  DeltaDiscoveryRequest returning = Subscribe({});
  {
    DeltaClient client(server);
    client.Send(kCds, Subscribe({"*"}));
    const DeltaDiscoveryResponse all = client.Read();
    for (const auto& resource : all.resources()) {
      (*returning.mutable_initial_resource_versions())[resource.name()] = resource.version();
    }
  }
  DeltaClient client(server, "web-2");
  client.Send(kCds, returning);
  CHECK(Eventually([&] { return server.StatusOf("web-2", kCds) == "SYNCED"; }));
  // The first thing it hears of is what changes afterwards.
  server.Apply(ServiceEntryText("three", "10.0.0.3"));
  CHECK(Names(client.Read()) == Strings{ClusterOf("three")});
}

TEST_CASE("a hundred thousand versions in one request are within the limits") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  DeltaDiscoveryRequest request = Subscribe({ClusterOf("one")});
  const std::string long_name(200, 'n');
  for (int i = 0; i < 100'000; ++i) {
    (*request.mutable_initial_resource_versions())[absl::StrCat(long_name, i)] = "0123456789abcdef";
  }
  DeltaClient client(server);
  client.Send(kEds, request);
  CHECK(Names(client.Read()) == Strings{ClusterOf("one")});
}

TEST_CASE("a state-of-the-world proxy gets the whole list each time") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  SotwClient client(server);
  client.Send(kCds, {});
  const auto first = client.Read();
  client.Ack(kCds, first);
  // Of a response that never was: means nothing.
  DiscoveryRequest stale;
  stale.set_response_nonce("made up");
  stale.mutable_error_detail()->set_message("nothing");
  client.Send(kCds, stale);
  server.Apply(ServiceEntryText("two", "10.0.0.2"));
  const auto second = client.Read();
  CHECK(second.resources_size() == first.resources_size() + 1);
  CHECK(second.version_info() != first.version_info());
  client.Ack(kCds, second);
  CHECK(Eventually([&] { return server.StatusOf("web-1", kCds) == "SYNCED"; }));
}

TEST_CASE("a bad node ends the stream and says what is wrong with it") {
  RunningServer server;
  server.Apply("");
  DeltaClient client(server);
  DeltaDiscoveryRequest request = Subscribe({"*"});
  request.mutable_node()->set_id("nonsense");
  client.Send(kCds, request);
  const grpc::Status status = client.Finish();
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK_THAT(status.error_message(), Contains("nonsense"));
}

TEST_CASE("a stream that does not say its node ends") {
  RunningServer server;
  server.Apply("");
  auto stub = AggregatedDiscoveryService::NewStub(
      grpc::CreateChannel(server.address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  auto stream = stub->DeltaAggregatedResources(&context);
  REQUIRE(stream->Write(DeltaDiscoveryRequest()));
  DeltaDiscoveryResponse response;
  CHECK_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(status.error_message() == "the first request of a stream must say its node");
}

TEST_CASE("a single-type service serves its type") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  auto stub = envoy::service::endpoint::v3::EndpointDiscoveryService::NewStub(
      grpc::CreateChannel(server.address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  auto stream = stub->StreamEndpoints(&context);
  DiscoveryRequest request;
  request.mutable_node()->set_id("sidecar~10.9.0.1~web-1.default~default.svc.test");
  request.add_resource_names(ClusterOf("one"));
  REQUIRE(stream->Write(request));
  DiscoveryResponse response;
  REQUIRE(stream->Read(&response));
  CHECK(response.type_url() == translator::TypeUrl(kEds));
  CHECK(response.resources_size() == 1);
  context.TryCancel();
}

TEST_CASE("fetching without a stream is not implemented, and says so") {
  RunningServer server;
  server.Apply("");
  auto stub = envoy::service::cluster::v3::ClusterDiscoveryService::NewStub(
      grpc::CreateChannel(server.address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  DiscoveryResponse response;
  CHECK(stub->FetchClusters(&context, {}, &response).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("a proxy that leaves is no longer listed") {
  RunningServer server;
  server.Apply("");
  {
    DeltaClient client(server);
    client.Send(kCds, Subscribe({"*"}));
    CHECK(Eventually([&] { return server.proxies().size() == 1; }));
    client.WritesDone();
    CHECK(client.Finish().ok());
  }
  CHECK(Eventually([&] { return server.proxies().empty(); }));
}

TEST_CASE("when the server ends, streams end as unavailable") {
  RunningServer server;
  server.Apply("");
  DeltaClient client(server);
  client.Send(kCds, Subscribe({"*"}));
  client.Read();
  const absl::Time start = absl::Now();
  server.xds.Stop(absl::Seconds(5));
  CHECK(absl::Now() - start < absl::Seconds(5));
  const grpc::Status status = client.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "binnacled is shutting down");
}

TEST_CASE("a proxy that stops reading delays nobody, not even the end") {
  RunningServer server;
  std::string many;
  for (int i = 0; i < 500; ++i) many += ServiceEntryText(absl::StrCat("s", i), "10.0.0.1");
  server.Apply(many);
  DeltaClient stuck(server, "stuck");
  stuck.Send(kCds, Subscribe({"*"}));  // and never reads what comes
  DeltaClient client(server);
  client.Send(kCds, Subscribe({"*"}));
  client.Ack(kCds, client.Read());
  for (int i = 0; i < 20; ++i) {
    const std::string name = absl::StrCat("new", i);
    server.Apply(ServiceEntryText(name, "10.0.0.1"));
    const auto response = client.Read();
    CHECK(Names(response) == Strings{ClusterOf(name)});
    client.Ack(kCds, response);
  }
  CHECK(server.StatusOf("stuck", kCds) == "STALE");
  const absl::Time start = absl::Now();
  server.xds.Stop(absl::Seconds(1));
  CHECK(absl::Now() - start < absl::Seconds(10));
}

TEST_CASE("many proxies of one class all get what changes") {
  RunningServer server;
  server.Apply(ServiceEntryText("one", "10.0.0.1"));
  std::vector<std::unique_ptr<DeltaClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<DeltaClient>(server, absl::StrCat("web-", i)));
    clients.back()->Send(kCds, Subscribe({"*"}));
  }
  for (auto& client : clients) client->Ack(kCds, client->Read());
  server.Apply(ServiceEntryText("two", "10.0.0.2"));
  for (auto& client : clients) CHECK(Names(client->Read()) == Strings{ClusterOf("two")});
}

}  // namespace
}  // namespace binnacle::server
