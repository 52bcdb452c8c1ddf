#include "policy/validate_mesh_config.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace binnacle::policy {
namespace {

// "error bad-port proxyListenPort" for each finding, in order.
std::string Judge(const std::string& json) {
  v1::MeshConfig config;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &config);
  REQUIRE(status.ok());
  Report report;
  ValidateMeshConfig(config, report);
  std::string told;
  for (const Report::Problem& problem : report.problems()) {
    absl::StrAppend(&told, told.empty() ? "" : "; ",
                    problem.severity == Severity::kError ? "error " : "warning ", problem.code, " ",
                    problem.field);
  }
  return told;
}

TEST_CASE("an empty mesh configuration is sound") { CHECK_THAT(Judge("{}"), Catch::Equals("")); }

TEST_CASE("a mesh configuration with nearly every field is sound") {
  CHECK_THAT(Judge(R"({
    "rootNamespace": "istio-system", "trustDomain": "example.com",
    "trustDomainAliases": ["old.example.com"], "enableAutoMtls": true,
    "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}, "proxyListenPort": 15001,
    "connectTimeout": "10s", "protocolDetectionTimeout": "0s", "accessLogFile": "/dev/stdout",
    "defaultServiceExportTo": ["*"], "pathNormalization": {"normalization": "MERGE_SLASHES"},
    "h2UpgradePolicy": "UPGRADE", "meshMTLS": {"minProtocolVersion": "TLSV1_3"},
    "tlsDefaults": {"ecdhCurves": ["P-256"]}, "dnsRefreshRate": "60s",
    "defaultHttpRetryPolicy": {"attempts": 2, "retryOn": "5xx"},
    "localityLbSetting": {"enabled": true},
    "extensionProviders": [{"name": "authz", "envoyExtAuthzGrpc":
        {"service": "shop/authz.shop.svc.cluster.local", "port": 9000}}],
    "defaultConfig": {"discoveryAddress": "istiod.istio-system.svc:15012",
        "drainDuration": "45s", "proxyMetadata": {"A": "b"}, "concurrency": 2,
        "tracing": {"sampling": 1.5}}})"),
             Catch::Equals(""));
}

TEST_CASE("trust domains are DNS labels joined by dots") {
  CHECK(Judge(R"({"trustDomain": "example_com"})") == "error bad-host trustDomain");
  CHECK(Judge(R"({"trustDomainAliases": ["ok", "a..b"]})") ==
        "error bad-host trustDomainAliases[1]");
}

TEST_CASE("ports of proxies are ports") {
  CHECK(Judge(R"({"proxyListenPort": 70000})") == "error bad-port proxyListenPort");
  CHECK(Judge(R"({"proxyInboundListenPort": -1})") == "error bad-port proxyInboundListenPort");
  CHECK(Judge(R"({"defaultConfig": {"proxyAdminPort": 65536, "statusPort": -5}})") ==
        "error bad-port defaultConfig.proxyAdminPort; error bad-port defaultConfig.statusPort");
}

TEST_CASE("times of a mesh are bounded") {
  CHECK(Judge(R"({"connectTimeout": "7200s"})") == "error bad-duration connectTimeout");
  CHECK(Judge(R"({"protocolDetectionTimeout": "0.0001s"})") ==
        "error bad-duration protocolDetectionTimeout");
  CHECK(Judge(R"({"dnsRefreshRate": "0s"})") == "error bad-duration dnsRefreshRate");
  CHECK(Judge(R"({"defaultConfig": {"drainDuration": "1.5s"}})") ==
        "error bad-duration defaultConfig.drainDuration");
  CHECK(Judge(R"({"defaultConfig": {"terminationDrainDuration": "0s"}})") ==
        "error bad-duration defaultConfig.terminationDrainDuration");
}

TEST_CASE("a discovery address has a host and a port") {
  for (const std::string address : {"istiod", "istiod:", "istiod:0", ":15012", "a b:15012"}) {
    CHECK(Judge(absl::StrCat(R"({"defaultConfig": {"discoveryAddress": ")", address, R"("}})")) ==
          "error bad-address defaultConfig.discoveryAddress");
  }
  CHECK_THAT(Judge(R"({"defaultConfig": {"discoveryAddress": "[2001:db8::1]:15012"}})"),
             Catch::Equals(""));
}

TEST_CASE("numbers of proxies are in range") {
  CHECK(Judge(R"({"defaultConfig": {"concurrency": -1, "statNameLength": -1}})") ==
        "error out-of-range defaultConfig.concurrency; "
        "error out-of-range defaultConfig.statNameLength");
  CHECK(Judge(R"({"defaultConfig": {"tracing": {"sampling": 101}}})") ==
        "error out-of-range defaultConfig.tracing.sampling");
}

TEST_CASE("curves of the mesh's own TLS are not to be chosen") {
  CHECK(Judge(R"({"meshMTLS": {"ecdhCurves": ["P-256"]}})") ==
        "error unsupported-field meshMTLS.ecdhCurves");
}

TEST_CASE("unknown curves and ciphers are warned of") {
  CHECK(Judge(R"({"tlsDefaults": {"ecdhCurves": ["P-255"], "cipherSuites": ["RC4-MD5"]}})") ==
        "warning unknown-cipher tlsDefaults.cipherSuites[0]; "
        "warning unknown-cipher tlsDefaults.ecdhCurves[0]");
}

TEST_CASE("a broken provider is warned of, for it makes nothing else wrong") {
  CHECK(Judge(R"({"extensionProviders": [
      {"name": "a", "envoyExtAuthzHttp": {"service": "a b", "port": 0}}, {"name": "a"}, {}]})") ==
        "warning bad-host extensionProviders[0].envoyExtAuthzHttp.service; "
        "warning bad-port extensionProviders[0].envoyExtAuthzHttp.port; "
        "warning duplicate-name extensionProviders[1].name; "
        "warning missing-field extensionProviders[1]; "
        "warning missing-field extensionProviders[2].name; "
        "warning missing-field extensionProviders[2]");
}

TEST_CASE("the mesh's defaults keep the rules of the objects they stand for") {
  CHECK(Judge(R"({"defaultServiceExportTo": ["*", "shop"]})") ==
        "error bad-export-to defaultServiceExportTo");
  CHECK(Judge(R"({"defaultHttpRetryPolicy": {"attempts": -1}})") ==
        "error out-of-range defaultHttpRetryPolicy.attempts");
  CHECK(Judge(R"({"localityLbSetting": {"failover": [{"from": "a", "to": "a"}]}})") ==
        "error bad-locality localityLbSetting.failover[0].to");
}

}  // namespace
}  // namespace binnacle::policy
