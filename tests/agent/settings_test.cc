#include "agent/settings.h"

#include <catch2/catch.hpp>

#include "tests/ca/temporary_directory.h"

namespace binnacle::agent {
namespace {

Flags Good() {
  Flags flags;
  flags.server = "10.0.0.1:15012";
  flags.name = "web-1";
  flags.ip = "10.0.0.7";
  flags.root_file = "root-cert.pem";
  return flags;
}

TEST_CASE("a control plane is expected to be who its host says, or the usual one") {
  Flags flags = Good();
  CHECK(Resolve(flags)->server.name == "istiod.istio-system.svc");
  flags.server = "binnacled.mesh.svc:15012";
  CHECK(Resolve(flags)->server.name == "binnacled.mesh.svc");
  flags.server_name = "localhost";
  CHECK(Resolve(flags)->server.name == "localhost");
  flags.server = "[::1]:15012";
  CHECK(Resolve(flags)->server.address == HostPort{"::1", 15012});
}

TEST_CASE("a gateway cannot have its virtual hosts on demand") {
  Flags flags = Good();
  flags.on_demand_hosts = true;
  CHECK(Resolve(flags)->on_demand_hosts);
  flags.type = "router";
  CHECK(absl::IsInvalidArgument(Resolve(flags).status()));
}

TEST_CASE("who listens everywhere is asked on loopback") {
  CHECK(HostPort{"0.0.0.0", 15000}.FromHere() == HostPort{"127.0.0.1", 15000});
  CHECK(HostPort{"::", 15000}.FromHere() == HostPort{"::1", 15000});
  CHECK(HostPort{"10.0.0.7", 15000}.FromHere() == HostPort{"10.0.0.7", 15000});
}

TEST_CASE("labels of the command line win over those of the file and the environment") {
  const ca::TemporaryDirectory folder;
  Flags flags = Good();
  flags.labels_json = R"({"a": "env", "b": "env", "c": "env"})";
  flags.labels_file = folder.Write("labels", "b=\"file\"\nc=\"file\"\n");
  flags.labels = {"c=flag"};
  const auto settings = Resolve(flags);
  REQUIRE(settings.ok());
  CHECK(settings->wish.identity.labels == Labels{{"a", "env"}, {"b", "file"}, {"c", "flag"}});
}

TEST_CASE("a flag that cannot be used is named") {
  const auto message = [](const Flags& flags) {
    return std::string(Resolve(flags).status().message());
  };
  Flags flags = Good();
  flags.server = "10.0.0.1";
  CHECK(message(flags) == "--server: \"10.0.0.1\" is no HOST:PORT, as in 127.0.0.1:15012");
  flags = Good();
  flags.drain = "soon";
  CHECK(message(flags) == "--drain: \"soon\" is no duration, as in 90s, 15m or 24h");
  flags = Good();
  flags.envoy_admin = "localhost:15000";
  CHECK(message(flags) == "--envoy-admin: \"localhost\" is no IP address");
  flags = Good();
  flags.labels = {"web"};
  CHECK(message(flags) == "--label: \"web\" is no label, as in app=reviews");
  flags = Good();
  flags.labels_file = "/nonexistent/labels";
  CHECK(message(flags).find("--labels-file: /nonexistent/labels") == 0);
  flags = Good();
  flags.key_algorithm = "rsa-1024";
  CHECK(message(flags).find("--key-algorithm: ") == 0);
}

}  // namespace
}  // namespace binnacle::agent
