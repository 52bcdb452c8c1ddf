#include "agent/sds_service.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "agent/file_secrets.h"
#include "tests/agent/eventually.h"
#include "tests/agent/sds_client.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::agent {
namespace {

struct Fixture {
  ca::TemporaryDirectory folder;
  SecretStore store;
  FileSecrets files{store, absl::Milliseconds(20)};
  Acknowledgements acknowledgements;
  SdsService service{{store, files, acknowledgements}};
  const std::string socket = folder.File("sds.sock");

  Fixture() { REQUIRE(service.Start(socket).ok()); }
};

TEST_CASE("only the agent's user may open its socket") {
  const Fixture f;
  struct stat info {};
  REQUIRE(stat(f.socket.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a certificate is pushed when it is there, and again when it is rotated") {
  Fixture f;
  SdsClient client(f.socket, "default");
  f.store.Put("default", CertificateSecret("default", "chain 1", ca::SecretText("key 1")));
  auto secret = client.Read();
  CHECK(secret.tls_certificate().certificate_chain().inline_bytes() == "chain 1");
  CHECK(secret.tls_certificate().private_key().inline_bytes() == "key 1");
  client.Answer();
  f.store.Put("default", CertificateSecret("default", "chain 2", ca::SecretText("key 2")));
  secret = client.Read();
  CHECK(secret.tls_certificate().private_key().inline_bytes() == "key 2");
}

TEST_CASE("what a client answers is known, and forgotten when it goes") {
  Fixture f;
  const std::string version = f.store.Put("ROOTCA", RootsSecret("ROOTCA", "roots"));
  const auto is = [&](Acknowledgements::Answer answer) {
    return Eventually([&] { return f.acknowledgements.Of("ROOTCA", version).answer == answer; });
  };
  {
    SdsClient client(f.socket, "ROOTCA");
    client.Read();
    CHECK(is(Acknowledgements::Answer::kWaiting));
    client.Answer("these are no roots");
    CHECK(is(Acknowledgements::Answer::kRefused));
  }
  CHECK(is(Acknowledgements::Answer::kTaken));
  CHECK(f.acknowledgements.streams() == 0);
}

TEST_CASE("the incremental variant serves the same") {
  Fixture f;
  f.store.Put("ROOTCA", RootsSecret("ROOTCA", "roots 1"));
  const auto stub = SdsClient::Service::NewStub(
      grpc::CreateChannel("unix:" + f.socket, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const auto stream = stub->DeltaSecrets(&context);
  DeltaDiscoveryRequest request;
  request.add_resource_names_subscribe("ROOTCA");
  REQUIRE(stream->Write(request));
  DeltaDiscoveryResponse response;
  REQUIRE(stream->Read(&response));
  CHECK(response.resources(0).name() == "ROOTCA");
  const std::string version = response.resources(0).version();
  DeltaDiscoveryRequest answer;
  answer.set_response_nonce(response.nonce());
  REQUIRE(stream->Write(answer));
  CHECK(Eventually([&] {
    return f.acknowledgements.Of("ROOTCA", version).answer == Acknowledgements::Answer::kTaken;
  }));
  f.store.Put("ROOTCA", RootsSecret("ROOTCA", "roots 2"));
  REQUIRE(stream->Read(&response));
  CHECK(response.resources(0).version() != version);
  context.TryCancel();
  stream->Finish();
}

TEST_CASE("a stream that asks for something else is ended with the reason") {
  Fixture f;
  const auto stub = SdsClient::Service::NewStub(
      grpc::CreateChannel("unix:" + f.socket, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto stream = stub->StreamSecrets(&context);
  DiscoveryRequest request;
  request.set_type_url("type.googleapis.com/envoy.config.listener.v3.Listener");
  REQUIRE(stream->Write(request));
  DiscoveryResponse response;
  CHECK_FALSE(stream->Read(&response));
  const grpc::Status end = stream->Finish();
  CHECK(end.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("many streams may come and go while secrets change") {
  Fixture f;
  for (int round = 0; round < 20; ++round) {
    SdsClient one(f.socket, "ROOTCA");
    SdsClient other(f.socket, "ROOTCA");
    const std::string content = "roots " + std::to_string(round);
    f.store.Put("ROOTCA", RootsSecret("ROOTCA", content));
    while (one.Read().validation_context().trusted_ca().inline_bytes() != content) one.Answer();
    while (other.Read().validation_context().trusted_ca().inline_bytes() != content) {
      other.Answer();
    }
  }
  CHECK(Eventually([&] { return f.acknowledgements.streams() == 0; }));
}

TEST_CASE("a socket path that is too long is refused with a remedy") {
  Fixture f;
  SdsService service({f.store, f.files, f.acknowledgements});
  const absl::Status started = service.Start(f.folder.File(std::string(200, 'x')));
  CHECK(absl::IsInvalidArgument(started));
  CHECK(std::string(started.message()).find("--state-dir") != std::string::npos);
}

}  // namespace
}  // namespace binnacle::agent
