#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("proxy-status shows each type's state, and why something was refused") {
  AdminStub stub;
  const ProgramRun run = Run({"proxy-status", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out ==
        "PROXY                 CLUSTER     CONNECTED SINCE       CERTIFICATE UNTIL     CDS     LDS "
        "    EDS     RDS     SDS\n"
        "ingress.istio-system  Kubernetes  2026-03-01T09:00:00Z  -                     SYNCED  "
        "NACKED  STALE   SYNCED  NOT SENT\n"
        "reviews-v1.default    Kubernetes  2026-03-01T09:00:01Z  2026-03-02T09:00:00Z  SYNCED  "
        "SYNCED  SYNCED  SYNCED  SYNCED\n"
        "\n"
        "ingress.istio-system refused LDS: Error adding/updating listener(s) 0.0.0.0_443: Invalid "
        "path: /etc/certs/tls.crt\n");
}

TEST_CASE("proxy-status of one proxy shows versions and the whole reason") {
  AdminStub stub;
  const ProgramRun run = Run({"proxy-status", "ingress", "--admin", stub.address()});
  CHECK(run.out ==
        "Proxy:            ingress.istio-system\n"
        "Node id:          router~10.0.0.9~ingress.istio-system~istio-system.svc.cluster.local\n"
        "Cluster:          Kubernetes\n"
        "Connected since:  2026-03-01T09:00:00Z\n"
        "\n"
        "TYPE  STATUS    VERSION  REASON\n"
        "CDS   SYNCED    c1       -\n"
        "LDS   NACKED    l1       Error adding/updating listener(s) 0.0.0.0_443: Invalid path: "
        "/etc/certs/tls.crt\n"
        "EDS   STALE     e0       -\n"
        "RDS   SYNCED    r1       -\n"
        "SDS   NOT SENT  -        -\n");
}

TEST_CASE("virtual hosts have a column where a proxy fetches them one by one") {
  AdminStub stub;
  stub.Answer("/debug/proxies", 200, R"([
      {"proxy": "usual.default", "cluster": "c", "connectedSince": "2026-03-01T09:00:00Z",
       "types": {"CDS": {"status": "SYNCED", "version": "c1"}}},
      {"proxy": "asking.default", "cluster": "c", "connectedSince": "2026-03-01T09:00:00Z",
       "types": {"CDS": {"status": "SYNCED", "version": "c1"},
                 "VHDS": {"status": "NACKED", "version": "v1", "nackReason": "too large"}}}])");
  const ProgramRun all = Run({"proxy-status", "--admin", stub.address()}, 160);
  CHECK_THAT(all.out, Catch::Contains("SDS       VHDS\n"));
  CHECK_THAT(all.out, Catch::Contains("NOT SENT  -\n"));
  CHECK_THAT(all.out, Catch::Contains("NOT SENT  NACKED\n"));
  CHECK_THAT(all.out, Catch::Contains("asking.default refused VHDS: too large\n"));
  const ProgramRun one = Run({"proxy-status", "asking", "--admin", stub.address()});
  CHECK_THAT(one.out, Catch::Contains("VHDS  NACKED    v1       too large\n"));
  const ProgramRun usual = Run({"proxy-status", "usual", "--admin", stub.address()});
  CHECK_THAT(usual.out, !Catch::Contains("VHDS"));
}

TEST_CASE("proxy-status of one proxy tells who it is, and how long its certificate lasts") {
  AdminStub stub;
  const ProgramRun run = Run({"proxy-status", "reviews-v1", "--admin", stub.address()});
  CHECK_THAT(run.out, Catch::Contains("Identity:         spiffe://cluster.local/ns/default/sa/"
                                      "reviews\n"
                                      "Certificate:      from 2026-03-01T08:58:00Z until "
                                      "2026-03-02T09:00:00Z (expired), serial 5f1c\n"));
}

TEST_CASE("proxy-status as JSON and YAML is the server's list") {
  AdminStub stub;
  const Json list = Json::parse(Run({"ps", "-o", "json", "--admin", stub.address()}).out);
  REQUIRE(list.size() == 2);
  CHECK(list[0]["types"]["LDS"]["status"] == "NACKED");
  const std::string yaml = Run({"ps", "reviews-v1", "-o", "yaml", "--admin", stub.address()}).out;
  CHECK_THAT(yaml, Catch::StartsWith("- proxy: reviews-v1.default\n  id: sidecar~10.0.0.7~"));
  CHECK_THAT(yaml, Catch::Contains("    SDS:\n      status: SYNCED\n      version: s2\n"));
}

TEST_CASE("a proxy that is not connected is refused") {
  AdminStub stub;
  const ProgramRun run = Run({"proxy-status", "reviews-v3", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, Catch::Contains("no proxy \"reviews-v3\" is connected"));
}

TEST_CASE("when no proxy is connected that is said, and a script gets an empty list") {
  AdminStub stub;
  stub.Answer("/debug/proxies", 200, "[]");
  CHECK(Run({"ps", "--admin", stub.address()}).err == "no proxy is connected\n");
  CHECK(Run({"ps", "--admin", stub.address(), "-o", "json"}).out == "[]\n");
}

}  // namespace
}  // namespace binnacle::ctl
