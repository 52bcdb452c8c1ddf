#include "ctl/admin_client.h"

#include <catch2/catch.hpp>

#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

std::string Parsed(absl::string_view text) {
  const absl::StatusOr<AdminAddress> address = ParseAdminAddress(text);
  return address.ok() ? address->ToString() : std::string(address.status().message());
}

TEST_CASE("an admin address is a host and a port") {
  CHECK(Parsed("localhost:15014") == "localhost:15014");
  CHECK(Parsed(":15014") == "127.0.0.1:15014");
  CHECK(Parsed("[::1]:15014") == "[::1]:15014");
  CHECK(Parsed("http://127.0.0.1:15014/") == "127.0.0.1:15014");
}

TEST_CASE("what is not an admin address is refused with the reason") {
  CHECK(Parsed("localhost") ==
        "\"localhost\" is not an admin address: it has no port; write HOST:PORT, as in "
        "127.0.0.1:15014");
  CHECK_THAT(Parsed("localhost:0"), Catch::Contains("ports are 1 to 65535"));
  CHECK_THAT(Parsed("localhost:70000"), Catch::Contains("ports are 1 to 65535"));
  CHECK_THAT(Parsed("::1:15014"), Catch::Contains("an IPv6 address stands in brackets"));
  CHECK_THAT(Parsed("https://localhost:1"), Catch::Contains("plain HTTP"));
  CHECK_THAT(Parsed("http://localhost:1/debug"), Catch::Contains("no port"));
  CHECK(Run({"proxy-status", "--admin", "nowhere"}).code == ExitCode::kUsage);
}

TEST_CASE("when nobody listens the address is named, and what to do") {
  const std::string address = DeadAddress();
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"get", "vs"}, {"proxy-status"}, {"proxy-config", "routes", "x"}}) {
    std::vector<std::string> line = words;
    line.insert(line.end(), {"--admin", address});
    const ProgramRun run = Run(line);
    CHECK(run.code == ExitCode::kUnreachable);
    CHECK(run.out.empty());
    CHECK(run.err == "binnaclectl: cannot reach the server at " + address +
                         ": nothing listens there\nIs binnacled running, and is this its "
                         "--admin-address? Name another with --admin HOST:PORT or "
                         "$BINNACLE_ADMIN.\n");
  }
}

TEST_CASE("a server that is not binnacled is not taken for it") {
  AdminStub stub;
  stub.Answer("/debug/proxies", 200, "<html>");
  const ProgramRun run = Run({"proxy-status", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Catch::Contains("what it answers for /debug/proxies is not JSON"));
}

TEST_CASE("what the server refuses is told in its words") {
  AdminStub stub;
  stub.Answer("/debug/proxies", 403, R"({"error": "this server answers on loopback only"})");
  const ProgramRun run = Run({"proxy-status", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.err == "binnaclectl: the server at " + stub.address() +
                       " says: this server answers on loopback only (HTTP 403)\n");
}

TEST_CASE("the address comes from the environment when no option names it") {
  AdminStub stub;
  setenv("BINNACLE_ADMIN", stub.address().c_str(), 1);
  CHECK(Run({"proxy-status"}).code == ExitCode::kOk);
  CHECK(Run({"proxy-status", "--admin", DeadAddress()}).code == ExitCode::kUnreachable);
  CHECK(Run({"--admin", DeadAddress(), "proxy-status"}).code == ExitCode::kUnreachable);
  unsetenv("BINNACLE_ADMIN");
  CHECK(ChooseAdminAddress("") == "127.0.0.1:15014");
}

}  // namespace
}  // namespace binnacle::ctl
