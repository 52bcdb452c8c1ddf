#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

ProgramRun Get(AdminStub& stub, std::vector<std::string> words) {
  words.insert(words.begin(), "get");
  words.insert(words.end(), {"--admin", stub.address()});
  return Run(words);
}

TEST_CASE("get lists the objects of a namespace, and where each was written") {
  AdminStub stub;
  CHECK(Get(stub, {"virtualservices"}).out ==
        "NAMESPACE  NAME     HOSTS    ORIGIN\n"
        "default    reviews  reviews  mesh/reviews.yaml:1\n");
  CHECK(Get(stub, {"vs", "-A"}).out ==
        "NAMESPACE  NAME     HOSTS    ORIGIN\n"
        "default    reviews  reviews  mesh/reviews.yaml:1\n"
        "other      reviews  reviews  mesh/other.yaml:1\n");
  CHECK(Get(stub, {"VirtualService", "-n", "other"}).out ==
        "NAMESPACE  NAME     HOSTS    ORIGIN\n"
        "other      reviews  reviews  mesh/other.yaml:1\n");
}

TEST_CASE("get of several kinds names each object's kind") {
  AdminStub stub;
  CHECK(Get(stub, {"gw,dr,se"}).out ==
        "KIND             NAMESPACE  NAME      HOSTS                             ORIGIN\n"
        "Gateway          default    web       web.example.com, www.example.com  "
        "mesh/gateway.yaml:1\n"
        "DestinationRule  default    reviews   reviews                           "
        "mesh/reviews.yaml:22\n"
        "ServiceEntry     default    payments  api.payments.example              "
        "mesh/payments.yaml:1\n");
}

TEST_CASE("objects without hosts or namespace have no such column or sign") {
  AdminStub stub;
  CHECK(Get(stub, {"ns"}).out ==
        "NAMESPACE  NAME     ORIGIN\n"
        "-          default  mesh/services.yaml:20\n");
}

TEST_CASE("get says which hosts of a Gateway have no TLS for lack of a Secret, and why") {
  AdminStub stub;
  stub.Answer("/debug/objects", 200, R"([
      {"kind": "Gateway", "metadata": {"name": "web", "namespace": "default"},
       "spec": {"servers": [{"hosts": ["a.example.com"]}]}, "origin": "mesh/gateway.yaml:1",
       "lackingCredentials": [{"server": "https", "port": 443, "hosts": ["a.example.com"],
                               "credential": "web", "lookedForIn": "edge",
                               "reason": "there is no Secret edge/web"}]},
      {"kind": "Gateway", "metadata": {"name": "www", "namespace": "default"},
       "spec": {"servers": [{"hosts": ["b.example.com"]}]}, "origin": "mesh/gateway.yaml:20"}])");
  CHECK(
      Get(stub, {"gw"}).out ==
      "NAMESPACE  NAME  HOSTS          STATUS     ORIGIN\n"
      "default    web   a.example.com  DEGRADED   mesh/gateway.yaml:1\n"
      "default    www   b.example.com  IN EFFECT  mesh/gateway.yaml:20\n"
      "\nGateway web.default (mesh/gateway.yaml:1) has no TLS for a.example.com (port 443): there "
      "is no Secret edge/web\n");
}

TEST_CASE("get shows an object as it is in effect") {
  AdminStub stub;
  const Json list = Json::parse(Get(stub, {"dr", "reviews", "-o", "json"}).out);
  REQUIRE(list.size() == 1);
  CHECK(list[0]["origin"] == "mesh/reviews.yaml:22");
  CHECK_THAT(Get(stub, {"dr", "reviews", "-o", "yaml"}).out,
             Catch::StartsWith("- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n") &&
                 Catch::Contains("    - name: v1\n      labels:\n        version: v1\n"));
}

TEST_CASE("an object that is not there: exit code 1, and where to look") {
  AdminStub stub;
  const ProgramRun run = Get(stub, {"dr", "ratings"});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.err ==
        "no DestinationRule ratings in namespace default; -A looks into every namespace\n");
  CHECK(Get(stub, {"pod"}).code == ExitCode::kOk);
  CHECK(Get(stub, {"pod", "-o", "json"}).out == "[]\n");
}

TEST_CASE("an unknown kind is a usage error that names the likely one") {
  CHECK(Run({"get", "virtualservise"}).err ==
        "binnaclectl: unknown kind \"virtualservise\" (did you mean \"virtualservice\"?)\n");
  const ProgramRun run = Run({"get", "qqqqqq"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Catch::Contains("virtualservices (vs)"));
}

}  // namespace
}  // namespace binnacle::ctl
