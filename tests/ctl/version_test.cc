#include "ctl/version.h"

#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("version tells both versions, or its own if there is no server") {
  const std::string client = "client: " + std::string(ClientVersion()) + "\n";
  AdminStub stub;
  CHECK(Run({"version", "--admin", stub.address()}).out == client + "server: 0.1.0\n");
  CHECK(Run({"version", "--client"}).out == client);
  const ProgramRun alone = Run({"version", "--admin", DeadAddress()});
  CHECK(alone.code == ExitCode::kOk);
  CHECK(alone.out == client);
  CHECK_THAT(alone.err, Catch::Contains("cannot reach the server"));
  CHECK(Run({"--version"}).out == std::string(ClientVersion()) + "\n");
}

TEST_CASE("version for scripts has null for a server that cannot be reached") {
  const Json json = Json::parse(Run({"version", "-o", "json", "--admin", DeadAddress()}).out);
  CHECK(json["client"]["version"] == std::string(ClientVersion()));
  CHECK(json["server"].is_null());
}

}  // namespace
}  // namespace binnacle::ctl
