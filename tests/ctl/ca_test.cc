#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("ca status shows every certificate, how long it lasts, and who is waited for") {
  AdminStub stub;
  const ProgramRun run = Run({"ca", "status", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kOk);
  CHECK_THAT(run.out, Catch::Contains("Trust domain:  cluster.local\n"
                                      "Signs with:    a root of its own\n"
                                      "Rotation:      retiring since 2026-03-01T09:00:00Z: the new "
                                      "root signs; the old one is dropped"));
  CHECK_THAT(run.out, Catch::Contains("retiring root  CN=a,O=cluster.local  2016-03-01T08:58:00Z  "
                                      "2026-03-02T08:58:00Z  expired  aaaaaaaaaaaaaaaa"));
  CHECK_THAT(run.out, Catch::Contains("reviews-v1.default  spiffe://cluster.local/ns/default/sa/"
                                      "reviews  yes        2026-03-02T09:00:00Z"));
}

TEST_CASE("ca status as JSON is what the server says") {
  AdminStub stub;
  const Json state =
      Json::parse(Run({"ca", "status", "-o", "json", "--admin", stub.address()}).out);
  CHECK(state["phase"] == "retiring");
  CHECK(state["certificates"].size() == 4);
}

TEST_CASE("ca root prints the trust bundle as it is") {
  AdminStub stub;
  const ProgramRun run = Run({"ca", "root", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out == "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
}

TEST_CASE("ca issued names the identity, the node and the caller of each certificate") {
  AdminStub stub;
  const ProgramRun run = Run({"ca", "issued", "--admin", stub.address()}, 200);
  CHECK(run.code == ExitCode::kOk);
  CHECK_THAT(run.out, Catch::Contains("spiffe://cluster.local/ns/default/sa/reviews  "
                                      "reviews-v1.default  token system:serviceaccount:default:"
                                      "reviews  5f1c"));
}

TEST_CASE("ca rotate says what it has begun, and each flag orders its step") {
  AdminStub stub;
  const ProgramRun run = Run({"ca", "rotate", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kOk);
  CHECK_THAT(run.out, Catch::StartsWith("the new root signs; 1 still with a certificate"));
  CHECK(stub.ordered() == R"(/ca/rotate {"action":"start"})");
  Run({"ca", "rotate", "--abandon", "--admin", stub.address()});
  CHECK(stub.ordered() == R"(/ca/rotate {"action":"abandon"})");
  Run({"ca", "rotate", "--without-absent", "--admin", stub.address()});
  CHECK(stub.ordered() == R"(/ca/rotate {"action":"leave-out-absent"})");
  Run({"ca", "rotate", "--wait", "--admin", stub.address()});
  CHECK(stub.ordered() == R"(/ca/rotate {"action":"start"})");
}

TEST_CASE("dropping the old root too early is refused, with the list of who needs it") {
  AdminStub stub;
  stub.Refuse("/ca/rotate", 409,
              R"({"error": "certificates under the old root are still valid", "waitingFor": [
                 {"name": "sidecar~10.0.0.7~reviews-v1.default~default.svc.cluster.local",
                  "identity": "spiffe://cluster.local/ns/default/sa/reviews", "connected": false,
                  "certificateUntil": "2026-03-02T09:00:00Z"}]})");
  const ProgramRun run = Run({"ca", "rotate", "--drop-old", "--socket", stub.socket()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.err == "binnaclectl: certificates under the old root are still valid\n");
  CHECK_THAT(run.out, Catch::Contains("reviews-v1.default  spiffe://cluster.local/ns/default/sa/"
                                      "reviews  no"));
}

TEST_CASE("two steps at once make no sense") {
  CHECK(Run({"ca", "rotate", "--abandon", "--drop-old"}).code == ExitCode::kUsage);
  CHECK(Run({"ca"}).code == ExitCode::kUsage);
}

}  // namespace
}  // namespace binnacle::ctl
