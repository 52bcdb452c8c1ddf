#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "grpcpp/security/credentials.h"
#include "server/mesh_authority.h"
#include "server/node_auth.h"
#include "tests/ca/temporary_directory.h"
#include "tests/server/running_server.h"
#include "tests/server/signed_workload.h"

namespace binnacle::server {
namespace {

using envoy::service::secret::v3::SecretDiscoveryService;
using Certificate = SignedWorkload;

// The xDS server over TLS, with an authority that made its certificate.
struct SecureServer {
  SecureServer() {
    MeshAuthorityOptions options;
    options.data_dir = directory.path();
    options.server_names = {"localhost"};
    auto opened = MeshAuthority::Open(std::move(options), plain.hub);
    REQUIRE(opened.ok());
    authority = *std::move(opened);
    REQUIRE(authority->Start().ok());
    auth = std::make_unique<CredentialNodeAuth>(authority->authenticator(), auth_pool);
    xds = std::make_unique<XdsServer>(StreamParts{plain.hub, plain.pool, plain.metrics, *auth});
    auto bound = xds->Start("127.0.0.1:0", authority->serving().Credentials(),
                            {authority->service().service()});
    REQUIRE(bound.ok());
    address = *bound;
    plain.Apply("");
  }
  ~SecureServer() {
    xds->Stop(absl::Seconds(2));
    auth_pool.Stop();
    authority->Stop();
  }
  Certificate CertificateFor(const std::string& ns, const std::string& account) {
    return Sign(authority->authority(), ns, account);
  }

  RunningServer plain;
  ca::TemporaryDirectory directory;
  TranslationPool auth_pool{1};
  std::unique_ptr<MeshAuthority> authority;
  std::unique_ptr<CredentialNodeAuth> auth;
  std::unique_ptr<XdsServer> xds;
  std::string address;
};

// One stream for secrets, as an agent has it.
class SecretClient {
 public:
  SecretClient(const SecureServer& server, const Certificate* certificate,
               const std::string& token = "") {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = server.authority->authority().bundle()->pem();
    if (certificate != nullptr) {
      tls.pem_private_key = certificate->key.ToPem().text();
      tls.pem_cert_chain = certificate->issued.chain.front();
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = SecretDiscoveryService::NewStub(
        grpc::CreateCustomChannel(server.address, grpc::SslCredentials(tls), arguments));
    context_.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    if (!token.empty()) context_.AddMetadata("authorization", "Bearer " + token);
    stream_ = stub_->DeltaSecrets(&context_);
  }
  ~SecretClient() { context_.TryCancel(); }

  void Ask(const std::string& name, const std::string& ns = "default",
           const std::string& account = "") {
    AskAs("sidecar~10.9.0.1~web." + ns + "~" + ns + ".svc.cluster.local", name, "SERVICE_ACCOUNT",
          account);
  }
  // With one word of metadata, if it is not empty.
  void AskAs(const std::string& id, const std::string& name, const std::string& key,
             const std::string& value) {
    DeltaDiscoveryRequest request = Subscribe({name});
    request.mutable_node()->set_id(id);
    if (!value.empty()) {
      (*request.mutable_node()->mutable_metadata()->mutable_fields())[key].set_string_value(value);
    }
    stream_->Write(request);
  }
  bool Read(DeltaDiscoveryResponse& response) { return stream_->Read(&response); }
  void Answer(const DeltaDiscoveryResponse& response, const std::string& error = "") {
    DeltaDiscoveryRequest request;
    request.set_response_nonce(response.nonce());
    if (!error.empty()) request.mutable_error_detail()->set_message(error);
    stream_->Write(request);
  }
  grpc::Status Finish() {
    DeltaDiscoveryResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    return stream_->Finish();
  }

 private:
  std::unique_ptr<SecretDiscoveryService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<DeltaDiscoveryRequest, DeltaDiscoveryResponse>>
      stream_;
};

std::string BundleIn(const DeltaDiscoveryResponse& response) {
  envoy::extensions::transport_sockets::tls::v3::Secret secret;
  REQUIRE(response.resources_size() == 1);
  REQUIRE(response.resources(0).resource().UnpackTo(&secret));
  return secret.validation_context().trusted_ca().inline_bytes();
}

// What the server knows of the one stream's bundle.
std::string AcknowledgedBundle(const SecureServer& server) {
  for (const auto& stream : server.plain.hub.streams()) {
    const StreamReport report = stream->report();
    if (!report.node_id.empty()) return report.trust_bundle;
  }
  return "";
}

TEST_CASE("without a credential no stream is served over TLS") {
  SecureServer server;
  SecretClient client(server, nullptr);
  client.Ask("ROOTCA");
  const grpc::Status status = client.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE("a certificate of another authority is no credential") {
  SecureServer server;
  SecureServer other;
  const Certificate foreign = other.CertificateFor("default", "web");
  SecretClient client(server, &foreign);
  client.Ask("ROOTCA");
  CHECK(client.Finish().error_code() == grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE("a proxy is in the namespace that its certificate says, and no other") {
  SecureServer server;
  const Certificate certificate = server.CertificateFor("default", "web");
  SecretClient client(server, &certificate);
  client.Ask("ROOTCA", "shop");
  const grpc::Status status = client.Finish();
  CHECK(status.error_code() == grpc::StatusCode::PERMISSION_DENIED);
  CHECK_THAT(status.error_message(),
             Catch::Contains("is in namespace shop, its credential is for default"));
}

TEST_CASE("a node id of another namespace is refused, whatever its metadata says") {
  SecureServer server;
  const Certificate certificate = server.CertificateFor("default", "web");
  for (const char* id : {"sidecar~10.9.0.1~web.shop~default.svc.cluster.local",
                         "sidecar~10.9.0.1~web.default~shop.svc.cluster.local"}) {
    CAPTURE(id);
    SecretClient client(server, &certificate);
    client.AskAs(id, "ROOTCA", "NAMESPACE", "default");
    const grpc::Status status = client.Finish();
    CHECK(status.error_code() == grpc::StatusCode::PERMISSION_DENIED);
    CHECK_THAT(status.error_message(),
               Catch::Contains("is in namespace shop, its credential is for default"));
  }
}

TEST_CASE("a proxy has the service account that its certificate says, and no other") {
  SecureServer server;
  const Certificate certificate = server.CertificateFor("default", "web");
  SecretClient client(server, &certificate);
  client.Ask("ROOTCA", "default", "admin");
  CHECK(client.Finish().error_code() == grpc::StatusCode::PERMISSION_DENIED);
}

TEST_CASE("a token admits a stream too, for its own namespace") {
  SecureServer server;
  const auto token = server.authority->tokens().Make("default", "web", absl::Minutes(5));
  REQUIRE(token.ok());
  SecretClient client(server, nullptr, token->text());
  client.Ask("ROOTCA", "default", "web");
  DeltaDiscoveryResponse response;
  REQUIRE(client.Read(response));
  CHECK(BundleIn(response) == server.authority->authority().bundle()->pem());

  SecretClient stolen(server, nullptr, token->text());
  stolen.Ask("ROOTCA", "shop", "web");
  CHECK(stolen.Finish().error_code() == grpc::StatusCode::PERMISSION_DENIED);
}

TEST_CASE("an agent is told the trust bundle, and what it answers is known") {
  SecureServer server;
  const Certificate certificate = server.CertificateFor("default", "web");
  SecretClient client(server, &certificate);
  client.Ask("ROOTCA", "default", "web");
  DeltaDiscoveryResponse response;
  REQUIRE(client.Read(response));
  const std::string version = server.plain.hub.target().trust_bundle->version();
  CHECK(AcknowledgedBundle(server).empty());
  client.Answer(response);
  CHECK(Eventually([&] { return AcknowledgedBundle(server) == version; }));
}

TEST_CASE("a new root reaches agents first, and signs once they have acknowledged it") {
  SecureServer server;
  const Certificate certificate = server.CertificateFor("default", "web");
  SecretClient client(server, &certificate);
  client.Ask("ROOTCA", "default", "web");
  DeltaDiscoveryResponse response;
  REQUIRE(client.Read(response));
  client.Answer(response);
  REQUIRE(Eventually([&] { return !AcknowledgedBundle(server).empty(); }));
  const auto phase = [&] { return server.authority->authority().status().phase; };

  REQUIRE(server.authority->BeginRotation().ok());
  REQUIRE(client.Read(response));
  CHECK(BundleIn(response) == server.authority->authority().bundle()->pem());
  server.authority->Attend();
  CHECK(phase() == ca::RotationPhase::kIntroducing);
  SECTION("a refusal is no acknowledgement") {
    client.Answer(response, "no room for it");
    REQUIRE(Eventually([&] {
      return absl::StrContains(server.plain.StatusOf("web.default", ResourceType::kSecret),
                               "NACKED");
    }));
    server.authority->Attend();
    CHECK(phase() == ca::RotationPhase::kIntroducing);
  }
  SECTION("an acknowledgement is") {
    client.Answer(response);
    CHECK(Eventually([&] { return phase() == ca::RotationPhase::kRetiring; }));
  }
}

}  // namespace
}  // namespace binnacle::server
