#include "ca/certificate_service.h"

#include <thread>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "tests/ca/certificate_server.h"

namespace binnacle::ca {
namespace {

// Asks for another identity than anybody has: it is to be ignored.
std::string NewCsr(KeyAlgorithm algorithm = KeyAlgorithm::kEcP256) {
  const auto key = PrivateKey::Generate(algorithm).value();
  return CertificateRequest::Make(key,
                                  SpiffeId::Make("evil.example", "kube-system", "admin").value())
      .value();
}

api::IstioCertificateRequest RequestWith(const std::string& csr) {
  api::IstioCertificateRequest request;
  request.set_csr(csr);
  request.set_validity_duration(600);
  return request;
}

void SetMetadata(api::IstioCertificateRequest& request, const std::string& name,
                 const std::string& value) {
  (*request.mutable_metadata()->mutable_fields())[name].set_string_value(value);
}

std::string IdentityOf(const Answer& answer) {
  INFO(answer.status.error_message());
  REQUIRE(answer.status.ok());
  const auto leaf = Certificate::FromPem(answer.response.cert_chain(0));
  REQUIRE(leaf.ok());
  return leaf->spiffe_id().value().ToString();
}

struct Fixture {
  CertificateServer server;
  Holder reviews = server.mesh.Hold("shop", "reviews");
  api::IstioCertificateRequest request = RequestWith(NewCsr());

  std::string Token(const std::string& ns, const std::string& account) const {
    return server.tokens->Make(ns, account, absl::Hours(1)).value().text();
  }
  void CheckNothingGiven(const Answer& answer, grpc::StatusCode code) {
    CHECK(answer.status.error_code() == code);
    CHECK(answer.response.cert_chain().empty());
    CHECK(server.log.Count().value() == 0);
    REQUIRE(server.Events().size() == 1);
    CHECK(server.Events().front().code == code);
    CHECK(server.Events().front().serial.empty());
    CHECK_FALSE(server.Events().front().reason.empty());
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a token gives the first certificate, for its own identity") {
  const CertificateClient client(server, nullptr);
  const Answer answer = client.Ask(request, Token("shop", "ratings"));

  CHECK(IdentityOf(answer) == "spiffe://cluster.local/ns/shop/sa/ratings");
  // The leaf, and the root last.
  REQUIRE(answer.response.cert_chain_size() == 2);
  CHECK(answer.response.cert_chain(1) == server.mesh.authority->bundle()->pem());
}

TEST_CASE_METHOD(Fixture, "a certificate is renewed for the same identity") {
  const CertificateClient client(server, &reviews);

  CHECK(IdentityOf(client.Ask(request)) == "spiffe://cluster.local/ns/shop/sa/reviews");
}

TEST_CASE_METHOD(Fixture, "what is given out is in the log, with who asked and from where") {
  const CertificateClient client(server, &reviews);
  SetMetadata(request, "NodeId", "sidecar~10.0.0.1~reviews-1.shop~shop.svc.cluster.local");
  SetMetadata(request, "CertSigner", "");
  SetMetadata(request, "ImpersonatedIdentity", "spiffe://cluster.local/ns/shop/sa/reviews");
  const Answer answer = client.Ask(request);
  REQUIRE(answer.status.ok());
  const auto leaf = Certificate::FromPem(answer.response.cert_chain(0)).value();

  const auto records = server.log.Find({}).value();
  REQUIRE(records.size() == 1);
  const IssuanceRecord& record = records.front();
  CHECK(record.serial == leaf.serial());
  CHECK(record.fingerprint == leaf.fingerprint());
  CHECK(record.identity == "spiffe://cluster.local/ns/shop/sa/reviews");
  CHECK(record.caller == "certificate " + reviews.issued.certificate.serial());
  CHECK(absl::StartsWith(record.peer, "127.0.0.1:"));
  CHECK(record.node == "sidecar~10.0.0.1~reviews-1.shop~shop.svc.cluster.local");
  CHECK(record.issuer_fingerprint == server.mesh.authority->status().issuer.fingerprint());
  CHECK(record.not_before == leaf.not_before());
  CHECK(record.not_after == leaf.not_after());
  CHECK(record.issued_at == server.mesh.clock.Now());
  const IssuanceEvent event = server.Events().front();
  CHECK(event.code == grpc::StatusCode::OK);
  CHECK(event.reason.empty());
  CHECK(event.serial == leaf.serial());
  CHECK(event.took > absl::ZeroDuration());
}

TEST_CASE_METHOD(Fixture, "the validity asked for is given, or the default, or the most there is") {
  const CertificateClient client(server, &reviews);
  const auto lifetime_for = [&](int64_t seconds) {
    request.set_validity_duration(seconds);
    const Answer answer = client.Ask(request);
    REQUIRE(answer.status.ok());
    return Certificate::FromPem(answer.response.cert_chain(0)).value().not_after() -
           server.mesh.clock.Now();
  };

  CHECK(lifetime_for(600) == absl::Minutes(10));
  CHECK(lifetime_for(0) == absl::Hours(24));
  CHECK(lifetime_for(-5) == absl::Hours(24));
  CHECK(lifetime_for(1'000'000'000) == absl::Hours(24 * 90));
  CHECK(lifetime_for(std::numeric_limits<int64_t>::max()) == absl::Hours(24 * 90));
  CHECK(lifetime_for(std::numeric_limits<int64_t>::min()) == absl::Hours(24));
}

TEST_CASE_METHOD(Fixture, "who brings no credential gets nothing") {
  const Answer answer = CertificateClient(server, nullptr).Ask(request);

  CheckNothingGiven(answer, grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE_METHOD(Fixture, "a bad token gets nothing, and learns nothing") {
  std::string token = Token("shop", "reviews");
  token[token.size() / 2] ^= 1;
  const Answer answer = CertificateClient(server, nullptr).Ask(request, token);

  CheckNothingGiven(answer, grpc::StatusCode::UNAUTHENTICATED);
  CHECK(answer.status.error_message() == "the credential is not valid");
  CHECK(answer.status.error_details().empty());
  CHECK(server.Events().front().reason != "the credential is not valid");
  CHECK_FALSE(absl::StrContains(server.Events().front().reason, token));
}

TEST_CASE_METHOD(Fixture, "a certificate of another authority gets nothing, even with a token") {
  const Holder stranger = MeshOfOne().Hold("shop", "reviews");
  const Answer answer = CertificateClient(server, &stranger).Ask(request, Token("shop", "reviews"));

  CheckNothingGiven(answer, grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE_METHOD(Fixture,
                 "an expired certificate gets nothing, also on a connection that was good") {
  const CertificateClient client(server, &reviews);
  REQUIRE(client.Ask(request).status.ok());

  server.mesh.clock.Advance(absl::Hours(2));
  CHECK(client.Ask(request).status.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(server.log.Count().value() == 1);
}

TEST_CASE_METHOD(Fixture, "a CSR that was tampered with gets nothing") {
  std::string csr = request.csr();
  SECTION("its signature") { csr[csr.find("\n-----END") - 6] ^= 2; }
  SECTION("its body") { csr[csr.size() / 2] ^= 2; }
  SECTION("no CSR") { csr = "hello"; }
  SECTION("none") { csr.clear(); }
  SECTION("two") { csr += NewCsr(); }
  SECTION("too large") { csr += std::string(20 << 10, '\n'); }
  request.set_csr(csr);
  const Answer answer = CertificateClient(server, &reviews).Ask(request);

  CheckNothingGiven(answer, grpc::StatusCode::INVALID_ARGUMENT);
  CHECK_FALSE(answer.status.error_message().empty());
}

TEST_CASE_METHOD(Fixture, "another's identity is not given, to whoever asks") {
  SetMetadata(request, "ImpersonatedIdentity", "spiffe://cluster.local/ns/shop/sa/admin");
  const Answer answer = CertificateClient(server, &reviews).Ask(request);

  CheckNothingGiven(answer, grpc::StatusCode::PERMISSION_DENIED);
}

TEST_CASE_METHOD(Fixture, "another signer is not known here, which is said") {
  SetMetadata(request, "CertSigner", "vault");
  const Answer answer = CertificateClient(server, &reviews).Ask(request);

  CheckNothingGiven(answer, grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(absl::StrContains(answer.status.error_message(), "metadata.CertSigner"));
}

TEST_CASE_METHOD(Fixture, "a node id goes into the log cut short and without control characters") {
  SetMetadata(request, "NodeId", "a\nb" + std::string(1000, 'x'));
  REQUIRE(CertificateClient(server, &reviews).Ask(request).status.ok());

  CHECK(server.log.Find({}).value().front().node == "a?b" + std::string(253, 'x'));
}

TEST_CASE_METHOD(Fixture, "what cannot be written down is not given out, until it can be again") {
  const CertificateClient client(server, &reviews);
  server.log.full = true;
  const Answer answer = client.Ask(request);

  CheckNothingGiven(answer, grpc::StatusCode::UNAVAILABLE);
  CHECK(answer.status.error_message() ==
        "the certificate could not be written down; none is given out");
  CHECK(server.Events().front().reason == "the disk is full");
  server.log.full = false;
  CHECK(client.Ask(request).status.ok());
}

TEST_CASE("whoever asks too often is told when to come again, and others are served") {
  CertificateServer server({.per_caller_per_second = 1, .per_caller_burst = 3});
  const Holder reviews = server.mesh.Hold("shop", "reviews");
  const Holder ratings = server.mesh.Hold("shop", "ratings");
  const CertificateClient client(server, &reviews);
  const auto request = RequestWith(NewCsr());

  for (int i = 0; i < 3; ++i) CHECK(client.Ask(request).status.ok());
  const Answer answer = client.Ask(request);
  CHECK(answer.status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(absl::StrContains(answer.status.error_message(), "come again in 1.0 s"));
  CHECK(server.log.Count().value() == 3);
  CHECK(CertificateClient(server, &ratings).Ask(request).status.ok());
  server.mesh.clock.Advance(absl::Seconds(1));
  CHECK(client.Ask(request).status.ok());
}

TEST_CASE_METHOD(Fixture,
                 "a server that stops under load answers each call, and logs what it gave") {
  std::atomic<int> given = 0;
  std::atomic<int> asked = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const CertificateClient client(server, &reviews);
      for (;;) {
        const Answer answer = client.Ask(request);
        ++asked;
        if (!answer.status.ok()) return;
        ++given;
      }
    });
  }
  while (given < 200) std::this_thread::yield();
  server.Stop();
  for (std::thread& thread : threads) thread.join();

  // An answer may be lost with its connection, but none is given unwritten.
  CHECK(server.log.Count().value() >= static_cast<uint64_t>(given));
  CHECK(server.log.Count().value() <= static_cast<uint64_t>(asked));
}

TEST_CASE_METHOD(Fixture, "a service that stops before its server refuses what still comes") {
  const CertificateClient client(server, &reviews);
  REQUIRE(client.Ask(request).status.ok());
  server.service.Stop();

  CHECK(client.Ask(request).status.error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Fixture, "callers that go away while they wait do no harm") {
  const CertificateClient client(server, &reviews);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 200; ++i) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::microseconds((i * 37 + thread * 11) % 3000));
        api::IstioCertificateResponse response;
        client.stub->CreateCertificate(&context, request, &response);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  CHECK(client.Ask(request).status.ok());
}

}  // namespace binnacle::ca
