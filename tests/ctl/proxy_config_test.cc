#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

ProgramRun Show(AdminStub& stub, std::vector<std::string> words) {
  words.insert(words.begin(), "proxy-config");
  words.insert(words.end(), {"--admin", stub.address()});
  return Run(words);
}

TEST_CASE("clusters stand by host and port, with the rule that shaped them") {
  AdminStub stub;
  CHECK(Show(stub, {"clusters", "reviews-v1"}).out ==
        "SERVICE FQDN                       PORT  SUBSET  DIRECTION  TYPE          DESTINATION "
        "RULE\n"
        "-                                  9080  -       inbound    ORIGINAL_DST  -\n"
        "BlackHoleCluster                   -     -       -          STATIC        -\n"
        "InboundPassthroughCluster          -     -       -          ORIGINAL_DST  -\n"
        "PassthroughCluster                 -     -       -          ORIGINAL_DST  -\n"
        "api.payments.example               443   -       outbound   STRICT_DNS    -\n"
        "reviews.default.svc.cluster.local  9080  -       outbound   EDS           reviews.default "
        "(mesh/reviews.yaml:22)\n"
        "reviews.default.svc.cluster.local  9080  v1      outbound   EDS           reviews.default "
        "(mesh/reviews.yaml:22)\n"
        "reviews.default.svc.cluster.local  9080  v2      outbound   EDS           reviews.default "
        "(mesh/reviews.yaml:22)\n");
}

TEST_CASE("clusters are chosen by host, port, subset and direction") {
  AdminStub stub;
  const auto names = [&stub](std::vector<std::string> filters) {
    filters.insert(filters.begin(), {"clusters", "reviews-v1", "-o", "json"});
    std::string all;
    for (const Json& cluster : Json::parse(Show(stub, filters).out)) {
      all += cluster["name"].get<std::string>() + " ";
    }
    return all;
  };
  CHECK(names({"--fqdn", "reviews", "--subset", "v1"}) ==
        "outbound|9080|v1|reviews.default.svc.cluster.local ");
  CHECK(names({"--port", "443"}) == "outbound|443||api.payments.example ");
  CHECK(names({"--direction", "inbound"}) == "inbound|9080|| ");
  CHECK(names({"--name", "PassthroughCluster"}) == "PassthroughCluster ");
  CHECK(names({"--fqdn", "nothing"}).empty());
}

TEST_CASE("resources for scripts are Envoy's JSON and nothing else") {
  AdminStub stub;
  for (const char* type : {"clusters", "endpoints", "listeners", "routes"}) {
    const Json list = Json::parse(Show(stub, {type, "reviews-v1", "-o", "json"}).out);
    REQUIRE_FALSE(list.empty());
    CHECK_FALSE(list[0].contains("origins"));
  }
}

TEST_CASE("listeners show what each chain asks for and where it leads") {
  AdminStub stub;
  CHECK(Show(stub, {"listeners", "reviews-v1"}).out ==
        "ADDRESS   PORT   MATCH                                              DESTINATION\n"
        "0.0.0.0   9080   plaintext; ALPN http/1.1,h2c                       route 9080\n"
        "0.0.0.0   9080   all else                                           cluster "
        "PassthroughCluster\n"
        "10.1.0.5  443    to 10.1.0.5,10.2.0.0/16; SNI api.payments.example  clusters "
        "api.payments.example:443 (weight 3),\n"
        "                                                                    BlackHoleCluster "
        "(weight 1)\n"
        "0.0.0.0   15006  port 9080; TLS; ALPN istio-http/1.1,istio-h2       inline route to "
        "inbound port 9080\n");
  CHECK_THAT(Show(stub, {"listeners", "reviews-v1", "--port", "15006"}).out,
             !Catch::Contains("10.1.0.5"));
}

TEST_CASE("routes show hosts, matches, destinations, and the VirtualService of each host") {
  AdminStub stub;
  const std::string shown = Show(stub, {"routes", "reviews-v1", "--fqdn", "reviews"}).out;
  INFO(shown);
  CHECK_THAT(shown, Catch::Contains("/* end-user=jason"));
  CHECK_THAT(shown, Catch::Contains("(90%)") && Catch::Contains("(10%)"));
  CHECK_THAT(shown, Catch::Contains("mesh/reviews.yaml:1") && !Catch::Contains("mesh/other.yaml"));
  CHECK_THAT(shown, !Catch::Contains("PassthroughCluster"));
}

TEST_CASE("endpoints show addresses and their states") {
  AdminStub stub;
  CHECK(Show(stub, {"endpoints", "reviews-v1", "--fqdn", "reviews.default"}).out ==
        "ENDPOINT        STATUS    CLUSTER\n"
        "10.0.0.7:9080   HEALTHY   outbound|9080|v1|reviews.default.svc.cluster.local\n"
        "[fd00::8]:9080  DRAINING  outbound|9080|v2|reviews.default.svc.cluster.local\n"
        "10.0.0.7:9080   HEALTHY   outbound|9080||reviews.default.svc.cluster.local\n"
        "[fd00::8]:9080  DRAINING  outbound|9080||reviews.default.svc.cluster.local\n");
  CHECK(Show(stub, {"endpoints", "reviews-v1", "--status", "draining", "--subset", "v2"}).out ==
        "ENDPOINT        STATUS    CLUSTER\n"
        "[fd00::8]:9080  DRAINING  outbound|9080|v2|reviews.default.svc.cluster.local\n");
  CHECK_THAT(Show(stub, {"endpoints", "reviews-v1", "--address", "10.0.0.7"}).out,
             !Catch::Contains("fd00"));
}

TEST_CASE("a filter that nothing passes is said to find nothing") {
  AdminStub stub;
  const ProgramRun run = Show(stub, {"routes", "reviews-v1", "--name", "81"});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out.empty());
  CHECK(run.err == "the proxy has no such routes\n");
}

TEST_CASE("a filter that makes no sense is refused") {
  CHECK(Run({"proxy-config", "clusters", "p", "--port", "http"}).err ==
        "binnaclectl proxy-config clusters: --port: \"http\" is not a port; ports are 1 to 65535\n"
        "See binnaclectl proxy-config clusters --help.\n");
  CHECK(Run({"pc", "clusters", "p", "--direction", "up"}).code == ExitCode::kUsage);
}

}  // namespace
}  // namespace binnacle::ctl
