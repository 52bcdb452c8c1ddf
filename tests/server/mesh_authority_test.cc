#include "server/mesh_authority.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "server/admin_socket.h"
#include "server/authority_json.h"
#include "server/authority_options.h"
#include "tests/ca/temporary_directory.h"
#include "translator/translator.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::json;

struct Server {
  MeshAuthorityOptions Options() const {
    MeshAuthorityOptions options;
    options.data_dir = directory.path();
    options.server_names = {"localhost"};
    return options;
  }
  absl::Status Open(MeshAuthorityOptions options) {
    auto opened = MeshAuthority::Open(std::move(options), hub);
    if (!opened.ok()) return opened.status();
    authority = *std::move(opened);
    return authority->Start();
  }
  absl::Status Open() { return Open(Options()); }
  std::string Root() const { return authority->authority().bundle()->pem(); }

  ca::TemporaryDirectory directory;
  translator::Translator translator;
  PushHub hub{translator};
  std::unique_ptr<MeshAuthority> authority;
};

mode_t ModeOf(const std::string& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

// A client of an admin socket.
Json Post(const std::string& socket, const std::string& path, const Json& body,
          int expected_status = 200) {
  httplib::Client client(socket);
  client.set_address_family(AF_UNIX);
  const auto result = client.Post(path, httplib::Headers(), body.dump(), "application/json");
  REQUIRE(result);
  CHECK(result->status == expected_status);
  return Json::parse(result->body);
}

TEST_CASE("the root, and what was issued, outlive the server") {
  Server server;
  REQUIRE(server.Open().ok());
  const std::string root = server.Root();
  server.authority = nullptr;
  REQUIRE(server.Open().ok());
  CHECK(server.Root() == root);
  CHECK(server.authority->log().Count().value() == 2);  // its own certificate, twice
}

TEST_CASE("everything that the authority keeps is for its owner alone") {
  Server server;
  REQUIRE(server.Open().ok());
  CHECK(ModeOf(server.directory.path() + "/ca") == 0700);
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(server.directory.path() + "/ca")) {
    CAPTURE(file.path());
    CHECK(ModeOf(file.path()) == 0600);
    ++files;
  }
  CHECK(files >= 4);  // state, token key, own certificate, log
}

TEST_CASE("a root that is gone although certificates were issued is no reason for a new one") {
  Server server;
  REQUIRE(server.Open().ok());
  server.authority = nullptr;
  REQUIRE(std::filesystem::remove(server.directory.path() + "/ca/authority.state"));
  const absl::Status opened = server.Open();
  CHECK(absl::IsDataLoss(opened));
  CHECK_THAT(std::string(opened.message()), Catch::Contains("authority.state"));
}

TEST_CASE("a log that is damaged is a clear refusal") {
  Server server;
  REQUIRE(server.Open().ok());
  server.authority = nullptr;
  for (const char* file : {"issued.db-wal", "issued.db-shm"}) {
    std::filesystem::remove(server.directory.path() + "/ca/" + file);
  }
  std::ofstream(server.directory.path() + "/ca/issued.db", std::ios::binary) << "not a database";
  const absl::Status opened = server.Open();
  CHECK(absl::IsDataLoss(opened));
  CHECK_THAT(std::string(opened.message()), Catch::Contains("issued.db"));
}

TEST_CASE("the server's own certificate has its names, is in the log, and makes it ready") {
  Server server;
  REQUIRE(server.Open().ok());
  const auto certificate = server.authority->serving().certificate();
  REQUIRE(certificate.has_value());
  CHECK(certificate->dns_names() == std::vector<std::string>{"localhost"});
  CHECK(server.authority->Ready().ok());
  const auto records = server.authority->log().Find({});
  REQUIRE(records.ok());
  REQUIRE(records->size() == 1);
  CHECK(records->front().serial == certificate->serial());
}

TEST_CASE("agents are given the trust bundle from the start") {
  Server server;
  REQUIRE(server.Open().ok());
  const auto bundle = server.hub.target().trust_bundle;
  REQUIRE(bundle != nullptr);
  CHECK(bundle->name() == "ROOTCA");
  CHECK(absl::StrContains(bundle->message(), "-----BEGIN CERTIFICATE-----"));
}

TEST_CASE("a rotation with nobody to wait for signs with the new root at once") {
  Server server;
  REQUIRE(server.Open().ok());
  const std::string before = server.hub.target().trust_bundle->version();
  REQUIRE(server.authority->BeginRotation().ok());
  CHECK(server.authority->authority().status().phase == ca::RotationPhase::kRetiring);
  CHECK(server.hub.target().trust_bundle->version() != before);
  CHECK(server.authority->authority().bundle()->roots().size() == 2);
  SECTION("its own certificate is under the new root then") {
    const auto status = server.authority->authority().status();
    const auto records = server.authority->log().Find({});
    REQUIRE(records.ok());
    CHECK(records->front().issuer_fingerprint == status.issuer.fingerprint());
  }
  SECTION("to drop the old one is refused while a certificate under it is valid") {
    const absl::Status dropped = server.authority->DropOldRoot();
    CHECK(absl::IsFailedPrecondition(dropped));
    CHECK_THAT(std::string(dropped.message()), Catch::Contains("localhost (until "));
  }
  SECTION("and a second rotation is refused meanwhile") {
    CHECK(absl::IsFailedPrecondition(server.authority->BeginRotation()));
  }
}

TEST_CASE("the admin socket is for its owner, and gives tokens that the server takes") {
  Server server;
  REQUIRE(server.Open().ok());
  AdminSocket socket(*server.authority);
  const std::string path = server.directory.File("admin.sock");
  REQUIRE(socket.Start(path).ok());
  CHECK(ModeOf(path) == 0600);

  const Json made = Post(path, "/token", {{"namespace", "shop"}, {"serviceAccount", "web"}});
  ca::Credentials credentials;
  credentials.bearer_token = made["token"];
  const auto caller = server.authority->authenticator().Authenticate(credentials);
  REQUIRE(caller.ok());
  CHECK(caller->id.ToString() == "spiffe://cluster.local/ns/shop/sa/web");

  CHECK_THAT(Post(path, "/token", {{"lifetime", "soon"}}, 400)["error"].get<std::string>(),
             Catch::Contains("lifetime \"soon\""));
  CHECK_THAT(Post(path, "/token", {{"namespace", "a/b"}, {"serviceAccount", "web"}}, 400)["error"]
                 .get<std::string>(),
             Catch::Contains("a/b"));
  CHECK(Post(path, "/token", Json::array(), 400).contains("error"));
  CHECK_THAT(Post(path, "/ca/rotate", {{"action", "spin"}}, 400)["error"].get<std::string>(),
             Catch::Contains("allowed are start, abandon, leave-out-absent, drop-old"));
  CHECK(Post(path, "/ca/rotate", {{"action", "drop-old"}}, 409)["waitingFor"].empty());
  CHECK(Post(path, "/ca/rotate", {{"action", "start"}})["phase"] == "retiring");
}

TEST_CASE(
    "a socket that a killed server left behind is replaced, one with too long a path refused") {
  Server server;
  REQUIRE(server.Open().ok());
  const std::string path = server.directory.File("admin.sock");
  std::ofstream(path) << "left behind";
  AdminSocket socket(*server.authority);
  CHECK(socket.Start(path).ok());
  AdminSocket far(*server.authority);
  CHECK(absl::IsInvalidArgument(far.Start("/tmp/" + std::string(120, 'x'))));
}

TEST_CASE("certificates are gauges: when each begins and ends") {
  Server server;
  REQUIRE(server.Open().ok());
  const std::string text = CertificateMetrics(*server.authority, absl::Now());
  for (const char* role : {"root", "issuer", "server"}) {
    CAPTURE(role);
    CHECK_THAT(
        text, Catch::Contains(std::string("binnacle_certificate_expiry_timestamp_seconds{role=\"") +
                              role));
  }
}

TEST_CASE("flags of the authority that make no sense are refused, with what is allowed") {
  ServeOptions options;
  policy::v1::MeshConfig config;
  auto refused = [&] {
    return std::string(AuthorityOptionsFrom(options, config, "/d").status().message());
  };
  options.cert_lifetime = "1";
  CHECK(refused() == "--cert-lifetime \"1\": allowed are times from 10s on, such as 90s or 24h");
  options.cert_lifetime = "48h";
  options.max_cert_lifetime = "24h";
  CHECK(refused() == "--cert-lifetime is longer than --max-cert-lifetime");
  options.max_cert_lifetime = "2160h";
  options.ca_key = "dsa";
  CHECK_THAT(refused(), Catch::Contains("--ca-key: "));
  options.ca_key = "rsa-2048";
  options.token_keys = "/keys.pem";
  CHECK_THAT(refused(), Catch::Contains("--token-keys and --token-issuer go together"));
}

TEST_CASE("administrators are named by their identities in this mesh, for an address") {
  ServeOptions options;
  policy::v1::MeshConfig config;
  config.set_trust_domain("cluster.local");
  const auto refused = [&] {
    return std::string(AuthorityOptionsFrom(options, config, "/d").status().message());
  };
  options.administrators = {"spiffe://cluster.local/ns/ops/sa/admin"};
  CHECK_THAT(refused(), Catch::Contains("--remote-admin-address and --administrator go together"));
  options.remote_admin_address = "0.0.0.0:15016";
  CHECK(AuthorityOptionsFrom(options, config, "/d").ok());
  options.administrators.emplace_back("admin");
  CHECK_THAT(refused(), Catch::StartsWith("--administrator: "));
  options.administrators.back() = "spiffe://elsewhere/ns/ops/sa/admin";
  CHECK(refused() ==
        "--administrator spiffe://elsewhere/ns/ops/sa/admin: the trust domain is cluster.local");
}

TEST_CASE("how many certificates one identity may have is a matter of flags") {
  ServeOptions options;
  options.cert_rate = 0.5;
  options.cert_burst = 3;
  policy::v1::MeshConfig config;
  const auto made = AuthorityOptionsFrom(options, config, "/d");
  REQUIRE(made.ok());
  CHECK(made->limits.per_caller_per_second == 0.5);
  CHECK(made->limits.per_caller_burst == 3);
}

}  // namespace
}  // namespace binnacle::server
