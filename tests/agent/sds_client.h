// tests/agent/sds_client.h
//
// A client of the agent's socket, as Envoy is one.
#pragma once

#include <memory>
#include <string>

#include "agent/secret_resource.h"
#include "catch2/catch.hpp"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace binnacle::agent {

class SdsClient {
 public:
  using Service = envoy::service::secret::v3::SecretDiscoveryService;
  using Request = envoy::service::discovery::v3::DiscoveryRequest;
  using Response = envoy::service::discovery::v3::DiscoveryResponse;
  using Secret = envoy::extensions::transport_sockets::tls::v3::Secret;

  SdsClient(const std::string& socket, const std::string& name)
      : name_(name),
        stub_(Service::NewStub(
            grpc::CreateChannel("unix:" + socket, grpc::InsecureChannelCredentials()))) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    stream_ = stub_->StreamSecrets(&context_);
    Request request;
    request.add_resource_names(name_);
    REQUIRE(stream_->Write(request));
  }
  ~SdsClient() {
    context_.TryCancel();
    stream_->Finish();
  }

  // The next secret; waits for it.
  Secret Read() {
    REQUIRE(stream_->Read(&response_));
    REQUIRE(response_.resources_size() == 1);
    Secret secret;
    REQUIRE(response_.resources(0).UnpackTo(&secret));
    CHECK(secret.name() == name_);
    return secret;
  }
  void Answer(const std::string& error = "") {
    Request request;
    request.add_resource_names(name_);
    request.set_response_nonce(response_.nonce());
    request.set_version_info(response_.version_info());
    if (!error.empty()) request.mutable_error_detail()->set_message(error);
    REQUIRE(stream_->Write(request));
  }

 private:
  const std::string name_;
  grpc::ClientContext context_;
  std::unique_ptr<Service::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  Response response_;
};

}  // namespace binnacle::agent
