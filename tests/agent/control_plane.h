// tests/agent/control_plane.h
//
// A control plane as an agent sees it: a real authority behind TLS, the
// certificate service, and a stream of trust bundles whose answers are kept.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "agent/secret_resource.h"
#include "agent/server_address.h"
#include "ca/caller.h"
#include "ca/certificate_service.h"
#include "catch2/catch.hpp"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "proto/ca/certificate_service.grpc.pb.h"
#include "tests/ca/test_authority.h"

namespace binnacle::agent {

class ControlPlane {
 public:
  static constexpr char kName[] = "istiod.istio-system.svc";
  static constexpr char kToken[] = "a-good-token";

  ControlPlane() { Start(); }
  ~ControlPlane() { Stop(); }

  void Start() {
    const ca::PrivateKey key = ca::NewKey();
    const auto serving = authority_->IssueServing(key, {kName}, absl::Hours(1));
    INFO(serving.status());
    REQUIRE(serving.ok());
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
    options.pem_root_certs = authority_->bundle()->pem();
    options.pem_key_cert_pairs = {{key.ToPem().text(), serving->chain.front()}};
    grpc::ServerBuilder builder;
    int bound = 0;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_),
                             grpc::SslServerCredentials(options), &bound);
    builder.RegisterService(&certificates_);
    builder.RegisterService(&bundles_);
    server_ = builder.BuildAndStart();
    REQUIRE(bound != 0);
    port_ = static_cast<uint16_t>(bound);  // the same after a restart
    bundles_.Begin();
  }
  void Stop() {
    bundles_.End();
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }

  ca::TestAuthority& authority() { return authority_; }
  ServerAddress address() const { return {{"127.0.0.1", port_}, kName}; }

  // Of the certificates it issues from now on.
  std::atomic<absl::Duration> lifetime = absl::Hours(1);
  // Whom it gives them to.
  std::atomic<bool> refuses_certificates = false;

  // The credentials that were shown, in order: "token" or "certificate".
  std::vector<std::string> shown() {
    const absl::MutexLock lock(&mu_);
    return shown_;
  }
  std::string last_node() {
    const absl::MutexLock lock(&mu_);
    return last_node_;
  }

  // What the agent said on its streams of bundles.
  struct Answer {
    std::string node;
    std::string version;
    std::string nonce;
    std::string error;
  };
  std::vector<Answer> answers() { return bundles_.answers(); }
  void Push(const std::string& version, const std::string& pem) { bundles_.Push(version, pem); }
  int streams() { return bundles_.streams(); }

 private:
  using Service = istio::v1::auth::IstioCertificateService::Service;
  class Certificates final : public Service {
   public:
    explicit Certificates(ControlPlane& plane) : plane_(plane) {}
    grpc::Status CreateCertificate(grpc::ServerContext* context,
                                   const istio::v1::auth::IstioCertificateRequest* request,
                                   istio::v1::auth::IstioCertificateResponse* response) override {
      return plane_.Create(*context, *request, *response);
    }

   private:
    ControlPlane& plane_;
  };

  grpc::Status Create(grpc::ServerContext& context,
                      const istio::v1::auth::IstioCertificateRequest& request,
                      istio::v1::auth::IstioCertificateResponse& response) {
    const ca::Credentials shown = ca::CredentialsOf(context);
    const bool by_token = !shown.bearer_token.empty();
    {
      const absl::MutexLock lock(&mu_);
      shown_.emplace_back(by_token ? "token" : "certificate");
      last_node_ = request.metadata().fields().at("NodeId").string_value();
    }
    if (by_token ? shown.bearer_token != kToken
                 : shown.certificate_chain.empty() || refuses_certificates) {
      return {grpc::StatusCode::UNAUTHENTICATED, "the credential does not hold"};
    }
    const auto csr = ca::CertificateRequest::Parse(request.csr());
    if (!csr.ok()) return {grpc::StatusCode::INVALID_ARGUMENT, "csr"};
    const auto id = ca::SpiffeId::Make("cluster.local", "shop", "web");
    const auto issued = authority_->IssueSvid(*csr, *id, lifetime.load());
    if (!issued.ok()) return {grpc::StatusCode::INTERNAL, "issue"};
    for (const std::string& pem : issued->chain) response.add_cert_chain(pem);
    return grpc::Status::OK;
  }

  class Bundles final : public envoy::service::secret::v3::SecretDiscoveryService::Service {
   public:
    using Request = envoy::service::discovery::v3::DiscoveryRequest;
    using Response = envoy::service::discovery::v3::DiscoveryResponse;

    void Begin() {
      const absl::MutexLock lock(&mu_);
      ended_ = false;
    }
    void End() {
      const absl::MutexLock lock(&mu_);
      ended_ = true;
    }
    void Push(const std::string& version, const std::string& pem) {
      const absl::MutexLock lock(&mu_);
      version_ = version;
      pem_ = pem;
    }
    std::vector<Answer> answers() {
      const absl::MutexLock lock(&mu_);
      return answers_;
    }
    int streams() {
      const absl::MutexLock lock(&mu_);
      return streams_;
    }

    grpc::Status StreamSecrets(grpc::ServerContext* context,
                               grpc::ServerReaderWriter<Response, Request>* stream) override {
      Request first;
      if (!stream->Read(&first)) return grpc::Status::OK;
      {
        const absl::MutexLock lock(&mu_);
        ++streams_;
      }
      std::string sent;
      for (int nonce = 1; WaitForNext(*context, sent); ++nonce) {
        stream->Write(Next(nonce, sent));
        Request answer;
        if (!stream->Read(&answer)) break;
        const absl::MutexLock lock(&mu_);
        answers_.push_back({first.node().id(), answer.version_info(), answer.response_nonce(),
                            answer.error_detail().message()});
      }
      const absl::MutexLock lock(&mu_);
      --streams_;
      return grpc::Status::OK;
    }

   private:
    bool WaitForNext(grpc::ServerContext& context, const std::string& sent) {
      while (!context.IsCancelled()) {
        const absl::MutexLock lock(&mu_);
        const auto due = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
          return ended_ || (!version_.empty() && version_ != sent);
        };
        mu_.AwaitWithTimeout(absl::Condition(&due), absl::Milliseconds(50));
        if (ended_) return false;
        if (due()) return true;
      }
      return false;
    }
    Response Next(int nonce, std::string& sent) {
      const absl::MutexLock lock(&mu_);
      sent = version_;
      Response response;
      response.set_version_info(version_);
      response.set_nonce(std::to_string(nonce));
      response.set_type_url(std::string(kSecretTypeUrl));
      envoy::extensions::transport_sockets::tls::v3::Secret secret;
      secret.set_name("ROOTCA");
      secret.mutable_validation_context()->mutable_trusted_ca()->set_inline_bytes(pem_);
      response.add_resources()->PackFrom(secret);
      return response;
    }

    absl::Mutex mu_;
    bool ended_ ABSL_GUARDED_BY(mu_) = false;
    std::string version_ ABSL_GUARDED_BY(mu_);
    std::string pem_ ABSL_GUARDED_BY(mu_);
    std::vector<Answer> answers_ ABSL_GUARDED_BY(mu_);
    int streams_ ABSL_GUARDED_BY(mu_) = 0;
  };

  ca::TestAuthority authority_;
  absl::Mutex mu_;
  std::vector<std::string> shown_ ABSL_GUARDED_BY(mu_);
  std::string last_node_ ABSL_GUARDED_BY(mu_);
  Certificates certificates_{*this};
  Bundles bundles_;
  uint16_t port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace binnacle::agent
