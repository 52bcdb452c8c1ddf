// tests/ca/certificate_server.h
//
// The certificate service behind a real gRPC server with TLS on loopback, as
// binnacled has it, and a client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "ca/certificate_service.h"
#include "ca/jwt_verifier.h"
#include "ca/mesh_authenticator.h"
#include "ca/service_channel.h"
#include "ca/token.h"
#include "ca/verification_keys.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "proto/ca/certificate_service.grpc.pb.h"
#include "tests/ca/mesh_of_one.h"

namespace binnacle::ca {

namespace api = istio::v1::auth;

inline std::unique_ptr<TokenVerifier> OwnTokens(const TokenIssuer& issuer, const Clock& clock) {
  return NewJwtVerifier({"cluster.local", std::string(kTokenIssuer), {std::string(kTokenAudience)}},
                        FixedKeys(ParseVerificationKeys(issuer.PublicPem()).value()), clock);
}

// The log of an issuer whose disk is full when the test says so.
class FailingLog final : public IssuanceLog {
 public:
  explicit FailingLog(std::unique_ptr<IssuanceLog> log) : log_(std::move(log)) {}

  void Append(IssuanceRecord record, absl::AnyInvocable<void(const absl::Status&)> done) override {
    if (full) return done(absl::UnavailableError("the disk is full"));
    log_->Append(std::move(record), std::move(done));
  }
  absl::StatusOr<std::vector<IssuanceRecord>> Find(const IssuanceQuery& query) const override {
    return log_->Find(query);
  }
  absl::StatusOr<Remaining> RemainingUnder(const std::vector<std::string>& issuers,
                                           absl::Time now) const override {
    return log_->RemainingUnder(issuers, now);
  }
  absl::StatusOr<uint64_t> Count() const override { return log_->Count(); }
  absl::StatusOr<std::vector<IssuanceRecord>> LatestPerHolder(absl::Time now) const override {
    return log_->LatestPerHolder(now);
  }

  std::atomic<bool> full = false;

 private:
  const std::unique_ptr<IssuanceLog> log_;
};

struct CertificateServer {
  explicit CertificateServer(IssuanceLimits limits = {}) : limit(limits, mesh.clock) {
    const auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256).value();
    const auto own =
        mesh.authority->IssueServing(key, {"localhost", kUsualServiceName}, absl::Hours(24))
            .value();
    std::string chain;
    for (const std::string& pem : own.chain) chain += pem;
    namespace tls = grpc::experimental;
    tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
        "", std::vector<tls::IdentityKeyCertPair>{{key.ToPem().text(), chain}}));
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port);
    builder.RegisterService(service.service());
    server = builder.BuildAndStart();
    REQUIRE(server != nullptr);
    REQUIRE(port > 0);
  }
  ~CertificateServer() { Stop(); }

  void Stop() {
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(10));
    server->Wait();
    service.Stop();
  }

  void Saw(const IssuanceEvent& event) {
    absl::MutexLock lock(&mu);
    events.push_back(event);
  }
  std::vector<IssuanceEvent> Events() {
    absl::MutexLock lock(&mu);
    return events;
  }

  MeshOfOne mesh;
  std::unique_ptr<TokenIssuer> tokens = TokenIssuer::Open(mesh.storage, mesh.clock).value();
  FailingLog log{IssuanceLog::Open(mesh.directory.File("issued.db")).value()};
  IssuanceLimit limit;
  std::unique_ptr<CallerAuthenticator> authenticator =
      NewMeshAuthenticator({"cluster.local",
                            {"old.example"},
                            [this] { return mesh.authority->bundle(); },
                            {OwnTokens(*tokens, mesh.clock)}},
                           mesh.clock);
  absl::Mutex mu;
  std::vector<IssuanceEvent> events ABSL_GUARDED_BY(mu);
  CertificateService service{{*mesh.authority, *authenticator, log, limit, mesh.clock,
                              [this](const IssuanceEvent& event) { Saw(event); }, 2}};
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

// One call's answer.
struct Answer {
  grpc::Status status;
  api::IstioCertificateResponse response;
};

class CertificateClient {
 public:
  // `holder`: whose certificate it shows; nullptr: none.
  CertificateClient(const CertificateServer& server, const Holder* holder) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = server.mesh.authority->bundle()->pem();
    if (holder != nullptr) {
      tls.pem_private_key = holder->key.ToPem().text();
      tls.pem_cert_chain = holder->ChainPem();
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server.port),
                                        grpc::SslCredentials(tls), arguments);
    stub = api::IstioCertificateService::NewStub(channel);
  }

  Answer Ask(const api::IstioCertificateRequest& request, absl::string_view token = "") const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    Answer answer;
    answer.status = stub->CreateCertificate(&context, request, &answer.response);
    return answer;
  }

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<api::IstioCertificateService::Stub> stub;
};

}  // namespace binnacle::ca
