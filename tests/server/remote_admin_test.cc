#include "server/remote_admin.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "server/push_hub.h"
#include "tests/ca/temporary_directory.h"
#include "tests/server/signed_workload.h"
#include "translator/translator.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::json;

constexpr char kAdministrator[] = "spiffe://cluster.local/ns/ops/sa/admin";

struct Server {
  Server() {
    MeshAuthorityOptions options;
    options.data_dir = directory.path();
    options.server_names = {"localhost"};
    authority = MeshAuthority::Open(std::move(options), hub).value();
    REQUIRE(authority->Start().ok());
    remote = std::make_unique<RemoteAdmin>(*authority, std::vector<std::string>{kAdministrator});
    const std::string address = remote->Start("127.0.0.1:0").value();
    REQUIRE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  }
  SignedWorkload Holder(const std::string& ns, const std::string& account) const {
    return Sign(authority->authority(), ns, account);
  }

  ca::TemporaryDirectory directory;
  translator::Translator translator;
  PushHub hub{translator};
  std::unique_ptr<MeshAuthority> authority;
  std::unique_ptr<RemoteAdmin> remote;
  int port = 0;
};

struct Answered {
  int status = 0;
  Json body;
};

// One who trusts the mesh's roots, and shows a certificate if there is one.
class Client {
 public:
  Client(const Server& server, const SignedWorkload* shown) : server_(server), shown_(shown) {}

  Answered Post(const std::string& path, const Json& body) {
    return Read(Dial()->Post(path, body.dump(), "application/json"));
  }
  Answered Get(const std::string& path) { return Read(Dial()->Get(path)); }

 private:
  static Answered Read(const httplib::Result& result) {
    INFO(httplib::to_string(result.error()));
    REQUIRE(result);
    return {result->status, Json::parse(result->body)};
  }
  std::string Written(const std::string& name, absl::string_view text) {
    std::string path = files_.File(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::unique_ptr<httplib::SSLClient> Dial() {
    auto client = shown_ == nullptr
                      ? std::make_unique<httplib::SSLClient>("localhost", server_.port)
                      : std::make_unique<httplib::SSLClient>(
                            "localhost", server_.port,
                            Written("certificate.pem", absl::StrJoin(shown_->issued.chain, "")),
                            Written("key.pem", shown_->key.ToPem().view()));
    client->set_ca_cert_path(Written("roots.pem", server_.authority->authority().bundle()->pem()));
    client->enable_server_certificate_verification(true);
    return client;
  }

  const Server& server_;
  const SignedWorkload* const shown_;
  ca::TemporaryDirectory files_;
};

const Json kToken = {{"namespace", "shop"}, {"serviceAccount", "web"}};

TEST_CASE("an administrator gets tokens from another host, which the server takes") {
  const Server server;
  const SignedWorkload administrator = server.Holder("ops", "admin");
  const Answered made = Client(server, &administrator).Post("/token", kToken);
  CHECK(made.status == 200);
  ca::Credentials credentials;
  credentials.bearer_token = made.body["token"];
  const auto caller = server.authority->authenticator().Authenticate(credentials);
  REQUIRE(caller.ok());
  CHECK(caller->id.ToString() == "spiffe://cluster.local/ns/shop/sa/web");
}

TEST_CASE("an administrator changes the root, and then meets a certificate under the new one") {
  const Server server;
  const SignedWorkload administrator = server.Holder("ops", "admin");
  Client client(server, &administrator);
  CHECK(client.Post("/ca/rotate", {{"action", "start"}}).body["phase"] == "retiring");
  const auto own = server.authority->serving().certificate();
  REQUIRE(own.has_value());
  CHECK(client.Get("/debug/ca").body["phase"] == "retiring");
  CHECK(server.authority->log().Find({.serial = own->serial()})->front().issuer_fingerprint ==
        server.authority->authority().status().issuer.fingerprint());
}

TEST_CASE("whoever is not named as an administrator gives no orders and learns nothing") {
  const Server server;
  const SignedWorkload other = server.Holder("ops", "administrator");
  Client client(server, &other);
  for (const Answered& answer : {client.Post("/token", kToken), client.Get("/debug/ca"),
                                 client.Post("/ca/rotate", {{"action", "start"}})}) {
    CHECK(answer.status == 403);
    CHECK(answer.body["error"] ==
          "spiffe://cluster.local/ns/ops/sa/administrator is not named as an administrator here");
  }
  CHECK(server.authority->authority().status().phase == ca::RotationPhase::kSteady);
}

TEST_CASE("without a certificate no orders are taken") {
  const Server server;
  const Answered answer = Client(server, nullptr).Post("/token", kToken);
  CHECK(answer.status == 401);
  CHECK(answer.body["error"] == "show an administrator's certificate");
}

TEST_CASE("an administrator's name in a certificate of another mesh is worth nothing") {
  const Server server;
  const Server elsewhere;
  const SignedWorkload impostor = elsewhere.Holder("ops", "admin");
  const Answered answer = Client(server, &impostor).Post("/token", kToken);
  CHECK(answer.status == 401);
  CHECK(answer.body["error"] == "the credential is not valid");
}

TEST_CASE("an address that is none, and one that is taken, are refused") {
  Server server;
  RemoteAdmin second(*server.authority, {kAdministrator});
  CHECK(absl::IsInvalidArgument(second.Start("here").status()));
  const std::string taken = "127.0.0.1:" + std::to_string(server.port);
  CHECK(absl::IsUnavailable(second.Start(taken).status()));
}

}  // namespace
}  // namespace binnacle::server
