// tests/server/running_server.h
//
// The xDS server on a free port of loopback, and clients that stream from it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "mesh/mesh_settings.h"
#include "policy/document.h"
#include "server/mesh_owner.h"
#include "server/metrics.h"
#include "server/node_auth.h"
#include "server/proxy_list.h"
#include "server/push_hub.h"
#include "server/translation_pool.h"
#include "server/xds_server.h"
#include "translator/translator.h"

namespace binnacle::server {

using envoy::service::discovery::v3::AggregatedDiscoveryService;
using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

inline constexpr absl::Duration kPatience = absl::Seconds(20);

inline bool Eventually(const std::function<bool()>& done) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!done()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

inline mesh::MeshSettings DefaultSettings() {
  mesh::MeshSettings settings;
  settings.config = mesh::WithDefaults({});
  return settings;
}

inline std::string ServiceEntryText(const std::string& host, const std::string& address) {
  return "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: " + host +
         "}\nspec:\n  hosts: [" + host +
         ".test]\n  resolution: STATIC\n"
         "  ports: [{number: 80, name: http, protocol: HTTP}]\n"
         "  endpoints: [{address: " +
         address + "}]\n---\n";
}

inline std::string ClusterOf(const std::string& host) { return "outbound|80||" + host + ".test"; }

struct RunningServer {
  static constexpr char kSource[] = "test";

  explicit RunningServer(const Keepalive& keepalive = {})
      : xds({hub, pool, metrics, auth}, keepalive) {
    auto bound = xds.Start("127.0.0.1:0", grpc::InsecureServerCredentials());
    REQUIRE(bound.ok());
    address = *bound;
  }
  ~RunningServer() {
    xds.Stop(absl::Seconds(2));
    owner.Stop();
    pool.Stop();
  }

  // Puts what `text` defines, and removes `removed`.
  void Apply(const std::string& text, std::vector<policy::ObjectKey> removed = {}) {
    auto parsed = policy::ParseDocuments(text, "test.yaml");
    REQUIRE(parsed.findings.empty());
    sources::Batch batch;
    batch.put = std::move(parsed.objects);
    batch.removed = std::move(removed);
    batch.complete = true;
    batch.seen = absl::Now();
    owner.Report(kSource, std::move(batch));
  }
  void RemoveServiceEntry(const std::string& host) {
    Apply("", {{policy::Kind::kServiceEntry, "default", host}});
  }
  std::vector<ConnectedProxy> proxies() const { return ConnectedProxies(hub.streams()); }
  std::string StatusOf(const std::string& proxy, ResourceType type) const {
    const auto found = FindProxy(proxies(), proxy);
    if (!found.ok()) return "";
    for (const TypeStatus& status : found->types) {
      if (status.type == type) return std::string(SyncStatusName(status.status));
    }
    return "";
  }

  translator::Translator translator;
  Metrics metrics;
  PushHub hub{translator,
              [this](absl::Duration took) { metrics.StageTook(Metrics::Stage::kTranslate, took); }};
  TranslationPool pool{2};
  LoopbackNodeAuth auth;
  MeshOwner owner{DefaultSettings(), {kSource}, hub, pool, metrics};
  XdsServer xds;
  std::string address;
};

// A connection of its own, as proxies have.
inline std::shared_ptr<grpc::Channel> NewChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

template <typename Request, typename Response>
class Client {
 public:
  using Stream = grpc::ClientReaderWriterInterface<Request, Response>;

  explicit Client(const RunningServer& server, std::string pod = "web-1")
      : Client(NewChannel(server.address), std::move(pod), kPatience) {}
  // All that it does is to be done within `patience`.
  Client(const std::shared_ptr<grpc::Channel>& channel, std::string pod, absl::Duration patience)
      : pod_(std::move(pod)), stub_(AggregatedDiscoveryService::NewStub(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    if constexpr (std::is_same_v<Request, DeltaDiscoveryRequest>) {
      stream_ = stub_->DeltaAggregatedResources(&context_);
    } else {
      stream_ = stub_->StreamAggregatedResources(&context_);
    }
  }
  ~Client() { context_.TryCancel(); }

  void Send(ResourceType type, Request request) {
    request.set_type_url(std::string(translator::TypeUrl(type)));
    if (!std::exchange(introduced_, true) && !request.has_node()) {
      request.mutable_node()->set_id("sidecar~10.9.0.1~" + pod_ + ".default~default.svc.test");
      (*request.mutable_node()->mutable_metadata()->mutable_fields())["NAMESPACE"].set_string_value(
          "default");
    }
    REQUIRE(stream_->Write(request));
  }
  Response Read() {
    Response response;
    REQUIRE(stream_->Read(&response));
    return response;
  }
  void Ack(ResourceType type, const Response& response) {
    Request request;
    request.set_response_nonce(response.nonce());
    Send(type, request);
  }
  void Nack(ResourceType type, const Response& response, const std::string& why) {
    Request request;
    request.set_response_nonce(response.nonce());
    request.mutable_error_detail()->set_code(13);
    request.mutable_error_detail()->set_message(why);
    Send(type, request);
  }
  // How the stream ended.
  grpc::Status Finish() {
    Response response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish();
  }
  void WritesDone() { stream_->WritesDone(); }

 private:
  const std::string pod_;
  std::unique_ptr<AggregatedDiscoveryService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  bool introduced_ = false;
};

using DeltaClient = Client<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
using SotwClient = Client<DiscoveryRequest, DiscoveryResponse>;

inline DeltaDiscoveryRequest Subscribe(const std::vector<std::string>& names) {
  DeltaDiscoveryRequest request;
  request.mutable_resource_names_subscribe()->Add(names.begin(), names.end());
  return request;
}

inline std::vector<std::string> Names(const DeltaDiscoveryResponse& response) {
  std::vector<std::string> names;
  for (const auto& resource : response.resources()) names.push_back(resource.name());
  return names;
}

}  // namespace binnacle::server
