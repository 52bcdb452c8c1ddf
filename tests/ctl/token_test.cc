#include <catch2/catch.hpp>

#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("token create prints the token alone, and finds the socket by the admin address") {
  AdminStub stub;
  const ProgramRun run = Run({"token", "create", "-n", "shop", "--service-account", "web",
                              "--lifetime", "10m", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out == "ey.J.x\n");
  CHECK(run.err.empty());
  CHECK(stub.ordered() == R"(/token {"namespace":"shop","serviceAccount":"web","lifetime":"10m"})");
}

TEST_CASE("a socket that is named is used without asking the admin address") {
  AdminStub stub;
  const ProgramRun run =
      Run({"token", "create", "--socket", stub.socket(), "--admin", DeadAddress()});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out == "ey.J.x\n");
}

TEST_CASE("without a server there is no token, and the message says where one was looked for") {
  const ProgramRun run = Run({"token", "create", "--socket", "/nowhere/admin.sock"});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, Catch::Contains("cannot reach the server through /nowhere/admin.sock: "
                                      "nobody listens there"));
}

TEST_CASE("orders to another host want a certificate, its key and the roots") {
  const ProgramRun run = Run({"token", "create", "--server", DeadAddress(), "--key", "/k.pem"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Catch::Contains("--server wants --certificate and --key, an "
                                      "administrator's, and --roots"));
  const ProgramRun missing =
      Run({"token", "create", "--server", DeadAddress(), "--key", "/nowhere/k.pem", "--certificate",
           "/nowhere/c.pem", "--roots", "/nowhere/r.pem"});
  CHECK(missing.code == ExitCode::kUsage);
  CHECK(missing.err == "binnaclectl: --certificate /nowhere/c.pem: no certificate in PEM\n");
}

TEST_CASE("what the server says against a token is told") {
  AdminStub stub;
  stub.Refuse("/token", 400, R"({"error": "lifetime 48h is longer than 24h"})");
  const ProgramRun run = Run({"token", "create", "--lifetime", "48h", "--socket", stub.socket()});
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.err == "binnaclectl: lifetime 48h is longer than 24h\n");
}

}  // namespace
}  // namespace binnacle::ctl
