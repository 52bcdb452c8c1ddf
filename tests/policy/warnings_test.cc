// What is accepted, but said to be odd: useless, hidden or dropped.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/document.h"

namespace binnacle::policy {
namespace {

// The document with this `spec`, and what is said of it: "warning unreachable-rule
// spec.http[1]", joined by "; ".
std::string Judge(const std::string& kind, const std::string& api, const std::string& spec) {
  std::string text =
      absl::StrCat("apiVersion: ", api, "\nkind: ", kind, "\nmetadata: {name: odd}\nspec:\n");
  for (absl::string_view line : absl::StrSplit(spec, '\n')) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  std::string told;
  for (const Finding& finding : ParseDocuments(text, "odd.yaml").findings) {
    absl::StrAppend(&told, told.empty() ? "" : "; ",
                    finding.severity == Severity::kError ? "error " : "warning ", finding.code, " ",
                    finding.field);
  }
  return told;
}

std::string JudgeRoutes(const std::string& http) {
  return Judge("VirtualService", "networking.istio.io/v1",
               absl::StrCat("hosts: [reviews]\nhttp:\n", http));
}

std::string JudgeServer(const std::string& server) {
  return Judge("Gateway", "networking.istio.io/v1", absl::StrCat("servers:\n", server));
}

std::string JudgePolicy(const std::string& policy) {
  return Judge("DestinationRule", "networking.istio.io/v1",
               absl::StrCat("host: reviews\ntrafficPolicy: ", policy));
}

constexpr char kTo[] = "  route: [{destination: {host: reviews}}]";

TEST_CASE("a rule after one without a match is never reached") {
  CHECK(JudgeRoutes(absl::StrCat("- name: all\n", kTo, "\n- name: lost\n", kTo)) ==
        "warning unreachable-rule spec.http[1]");
}

TEST_CASE("a match that repeats an earlier one is never reached") {
  CHECK(JudgeRoutes(absl::StrCat("- match: [{uri: {exact: /a}}]\n", kTo,
                                 "\n- match: [{uri: {exact: /a}, name: again}]\n", kTo)) ==
        "warning unreachable-rule spec.http[1].match[0]");
}

TEST_CASE("a prefix behind a shorter one is never reached, unless other conditions differ") {
  CHECK(JudgeRoutes(absl::StrCat("- match: [{uri: {prefix: /a}}]\n", kTo,
                                 "\n- match: [{uri: {prefix: /a/b}}]\n", kTo)) ==
        "warning unreachable-rule spec.http[1].match[0]");
  CHECK_THAT(JudgeRoutes(absl::StrCat("- match: [{uri: {prefix: /a}, port: 80}]\n", kTo,
                                      "\n- match: [{uri: {prefix: /a/b}}]\n", kTo)),
             Catch::Equals(""));
  CHECK_THAT(JudgeRoutes(absl::StrCat("- match: [{uri: {prefix: /a/b}}]\n", kTo,
                                      "\n- match: [{uri: {prefix: /a}}]\n", kTo)),
             Catch::Equals(""));
}

TEST_CASE("a redirection that proxies do not know is left out") {
  CHECK(JudgeRoutes("- redirect: {uri: /new, redirectCode: 304}") ==
        "warning no-effect spec.http[0].redirect.redirectCode");
}

TEST_CASE("a large body is warned of, and too large a one refused") {
  const auto rule = [](size_t size) {
    return absl::StrCat("- directResponse: {status: 200, body: {string: ", std::string(size, 'x'),
                        "}}");
  };
  CHECK_THAT(JudgeRoutes(rule(100 << 10)), Catch::Equals(""));
  CHECK(JudgeRoutes(rule((100 << 10) + 1)) == "warning too-large spec.http[0].directResponse.body");
  CHECK(JudgeRoutes(rule((1 << 20) + 1)) == "error too-large spec.http[0].directResponse.body");
}

TEST_CASE("an address as SNI is warned of") {
  CHECK(Judge("VirtualService", "networking.istio.io/v1",
              "hosts: [10.0.0.1]\ntls:\n- match: [{sniHosts: [10.0.0.1]}]\n"
              "  route: [{destination: {host: blog}}]") ==
        "warning bad-host spec.tls[0].match[0].sniHosts[0]");
}

TEST_CASE("what has no effect at a server is warned of") {
  CHECK(JudgeServer("- port: {number: 80, name: http, protocol: HTTP, targetPort: 8080}\n"
                    "  hosts: [a.example.com, a.example.com]") ==
        "warning deprecated-field spec.servers[0].port.targetPort; "
        "warning duplicate-host spec.servers[0].hosts[1]");
  CHECK(JudgeServer("- port: {number: 443, name: https, protocol: HTTPS}\n"
                    "  hosts: ['*']\n"
                    "  tls: {mode: SIMPLE, credentialName: a, httpsRedirect: true}") ==
        "warning unused-field spec.servers[0].tls.httpsRedirect");
}

TEST_CASE("old TLS, unknown ciphers and repeated ones are warned of") {
  CHECK(JudgeServer("- port: {number: 443, name: https, protocol: HTTPS}\n"
                    "  hosts: ['*']\n"
                    "  tls: {mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_0}") ==
        "warning old-tls spec.servers[0].tls.minProtocolVersion");
  CHECK(JudgeServer("- port: {number: 443, name: https, protocol: HTTPS}\n"
                    "  hosts: ['*']\n"
                    "  tls: {mode: SIMPLE, credentialName: a,\n"
                    "    cipherSuites: [AES128-SHA, RC4-MD5, AES128-SHA, '!aNULL', ALL]}") ==
        "warning unknown-cipher spec.servers[0].tls.cipherSuites[1]; "
        "warning duplicate-name spec.servers[0].tls.cipherSuites[2]");
}

TEST_CASE("failover without outlier detection has no effect") {
  CHECK(JudgePolicy("{loadBalancer: {localityLbSetting: {failoverPriority: [a]}}}") ==
        "warning no-effect spec.trafficPolicy.loadBalancer.localityLbSetting");
}

TEST_CASE("hashing by nothing is warned of") {
  CHECK(JudgePolicy("{loadBalancer: {consistentHash: {}}}") ==
        "warning missing-field spec.trafficPolicy.loadBalancer.consistentHash");
}

TEST_CASE("old words of balancing are warned of") {
  CHECK(JudgePolicy("{loadBalancer: {simple: LEAST_CONN}}") ==
        "warning deprecated-word spec.trafficPolicy.loadBalancer.simple");
}

TEST_CASE("of two policies for one port the first counts") {
  CHECK(JudgePolicy("{portLevelSettings: [{port: {number: 80}, tls: {}},\n"
                    "    {port: {number: 80}, tls: {}}]}") ==
        "warning duplicate-port spec.trafficPolicy.portLevelSettings[1].port.number");
}

TEST_CASE("certificates beside the mesh's own are unused") {
  CHECK(JudgePolicy("{tls: {mode: ISTIO_MUTUAL, privateKey: /k}}") ==
        "warning unused-field spec.trafficPolicy.tls");
}

TEST_CASE("a selector without labels takes every workload") {
  CHECK(Judge("PeerAuthentication", "security.istio.io/v1", "selector: {matchLabels: {}}") ==
        "warning empty-selector spec.selector.matchLabels");
}

TEST_CASE("a service entry's odd hosts and portless addresses are warned of") {
  CHECK(Judge("ServiceEntry", "networking.istio.io/v1",
              "hosts: ['*-a.example.com', b.example.com, b.example.com]\n"
              "ports: [{number: 443, name: tls, protocol: TLS}]") ==
        "warning partial-wildcard spec.hosts[0]; warning duplicate-host spec.hosts[2]");
  CHECK(Judge("ServiceEntry", "networking.istio.io/v1",
              "hosts: [a.example.com]\nports: [{number: 5432, name: tcp, protocol: TCP}]") ==
        "warning no-addresses spec.ports[0]");
}

TEST_CASE("a workload without an address can be reached through its network only") {
  CHECK(Judge("WorkloadEntry", "networking.istio.io/v1", "network: vm") ==
        "warning missing-field spec.address");
}

TEST_CASE("what a policy of 2018 says in vain is warned of") {
  CHECK(Judge("Policy", "authentication.istio.io/v1alpha1",
              "targets: [{name: a, labels: {v: w}}]\npeers: [{mtls: {}}, {mtls: {}}]") ==
        "warning unused-field spec.targets[0].labels; warning unused-field spec.peers[1]");
}

}  // namespace
}  // namespace binnacle::policy
