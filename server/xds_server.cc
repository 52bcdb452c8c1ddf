#include "server/xds_server.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "envoy/service/cluster/v3/cds.grpc.pb.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "envoy/service/endpoint/v3/eds.grpc.pb.h"
#include "envoy/service/listener/v3/lds.grpc.pb.h"
#include "envoy/service/route/v3/rds.grpc.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "grpcpp/server_builder.h"

namespace binnacle::server {
namespace {

using grpc::CallbackServerContext;

// A delta client that comes back names every resource it holds: 100,000 of
// them with long names are within this.
constexpr int kMaxRequestBytes = 128 << 20;
constexpr int kMaxStreamsPerConnection = 1024;
constexpr int kClientPingMs = 5'000;

// Each service is its generated base with both streaming methods raw. The
// Fetch methods are made callback methods too, which answer UNIMPLEMENTED by
// default, so that gRPC starts no threads for synchronous calls.

using AdsSpec = envoy::service::discovery::v3::AggregatedDiscoveryService;
using AdsBase = AdsSpec::WithRawCallbackMethod_StreamAggregatedResources<
    AdsSpec::WithRawCallbackMethod_DeltaAggregatedResources<AdsSpec::Service>>;

class Ads final : public AdsBase {
 public:
  explicit Ads(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamAggregatedResources(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, std::nullopt);
  }
  RawReactor* DeltaAggregatedResources(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, std::nullopt);
  }

 private:
  const StreamParts parts_;
};

using CdsSpec = envoy::service::cluster::v3::ClusterDiscoveryService;
using CdsBase =
    CdsSpec::WithRawCallbackMethod_StreamClusters<CdsSpec::WithRawCallbackMethod_DeltaClusters<
        CdsSpec::WithRawCallbackMethod_FetchClusters<CdsSpec::Service>>>;

class Cds final : public CdsBase {
 public:
  explicit Cds(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamClusters(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, ResourceType::kCluster);
  }
  RawReactor* DeltaClusters(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, ResourceType::kCluster);
  }

 private:
  const StreamParts parts_;
};

using EdsSpec = envoy::service::endpoint::v3::EndpointDiscoveryService;
using EdsBase =
    EdsSpec::WithRawCallbackMethod_StreamEndpoints<EdsSpec::WithRawCallbackMethod_DeltaEndpoints<
        EdsSpec::WithRawCallbackMethod_FetchEndpoints<EdsSpec::Service>>>;

class Eds final : public EdsBase {
 public:
  explicit Eds(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamEndpoints(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, ResourceType::kEndpoint);
  }
  RawReactor* DeltaEndpoints(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, ResourceType::kEndpoint);
  }

 private:
  const StreamParts parts_;
};

using LdsSpec = envoy::service::listener::v3::ListenerDiscoveryService;
using LdsBase =
    LdsSpec::WithRawCallbackMethod_StreamListeners<LdsSpec::WithRawCallbackMethod_DeltaListeners<
        LdsSpec::WithRawCallbackMethod_FetchListeners<LdsSpec::Service>>>;

class Lds final : public LdsBase {
 public:
  explicit Lds(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamListeners(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, ResourceType::kListener);
  }
  RawReactor* DeltaListeners(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, ResourceType::kListener);
  }

 private:
  const StreamParts parts_;
};

using RdsSpec = envoy::service::route::v3::RouteDiscoveryService;
using RdsBase =
    RdsSpec::WithRawCallbackMethod_StreamRoutes<RdsSpec::WithRawCallbackMethod_DeltaRoutes<
        RdsSpec::WithRawCallbackMethod_FetchRoutes<RdsSpec::Service>>>;

class Rds final : public RdsBase {
 public:
  explicit Rds(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamRoutes(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, ResourceType::kRoute);
  }
  RawReactor* DeltaRoutes(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, ResourceType::kRoute);
  }

 private:
  const StreamParts parts_;
};

using SdsSpec = envoy::service::secret::v3::SecretDiscoveryService;
using SdsBase =
    SdsSpec::WithRawCallbackMethod_StreamSecrets<SdsSpec::WithRawCallbackMethod_DeltaSecrets<
        SdsSpec::WithRawCallbackMethod_FetchSecrets<SdsSpec::Service>>>;

class Sds final : public SdsBase {
 public:
  explicit Sds(const StreamParts& parts) : parts_(parts) {}
  RawReactor* StreamSecrets(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kSotw, ResourceType::kSecret);
  }
  RawReactor* DeltaSecrets(CallbackServerContext* context) override {
    return XdsStream::Start(parts_, *context, Variant::kDelta, ResourceType::kSecret);
  }

 private:
  const StreamParts parts_;
};

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetKeepalive(grpc::ServerBuilder& builder, const Keepalive& keepalive) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(keepalive.idle));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(keepalive.answer));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // By default gRPC asks twice and then no more until it has something to send:
  // a proxy of a quiet mesh could be gone for days.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kClientPingMs);
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // Two servers on one port would each see half of the proxies.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

class XdsServer::Services {
 public:
  explicit Services(const StreamParts& parts)
      : ads_(parts), cds_(parts), eds_(parts), lds_(parts), rds_(parts), sds_(parts) {}

  void Register(grpc::ServerBuilder& builder) {
    builder.RegisterService(&ads_);
    builder.RegisterService(&cds_);
    builder.RegisterService(&eds_);
    builder.RegisterService(&lds_);
    builder.RegisterService(&rds_);
    builder.RegisterService(&sds_);
  }

 private:
  Ads ads_;
  Cds cds_;
  Eds eds_;
  Lds lds_;
  Rds rds_;
  Sds sds_;
};

XdsServer::XdsServer(const StreamParts& parts, const Keepalive& keepalive)
    : parts_(parts), keepalive_(keepalive), services_(std::make_unique<Services>(parts)) {}

XdsServer::~XdsServer() {
  if (server_ != nullptr) Stop(absl::Seconds(1));
}

absl::StatusOr<std::string> XdsServer::Start(
    const std::string& address, const std::shared_ptr<grpc::ServerCredentials>& credentials,
    const std::vector<grpc::Service*>& beside) {
  grpc::ServerBuilder builder;
  SetLimits(builder);
  SetKeepalive(builder, keepalive_);
  int port = 0;
  builder.AddListeningPort(address, credentials, &port);
  services_->Register(builder);
  for (grpc::Service* service : beside) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, " for xDS"));
  }
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

void XdsServer::Stop(absl::Duration grace) {
  if (server_ == nullptr) return;
  parts_.hub.Close();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace binnacle::server
