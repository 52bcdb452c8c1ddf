#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/document.h"
#include "proto/policy/authn_policy.pb.h"
#include "proto/policy/gateway.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {
namespace {

Parsed ParseGood(const std::string& name) {
  const std::string path = absl::StrCat(BINNACLE_GOOD_DOCUMENTS, "/", name);
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return ParseDocuments(text.str(), name);
}

std::string Told(const Parsed& parsed, Severity severity) {
  std::string told;
  for (const Finding& finding : parsed.findings) {
    if (finding.severity == severity) absl::StrAppend(&told, finding.ToString(), "\n");
  }
  return told;
}

const Object* Find(const Parsed& parsed, const ObjectKey& key) {
  for (const auto& object : parsed.objects) {
    if (object->key == key) return object.get();
  }
  return nullptr;
}

TEST_CASE("every good document is accepted without an error") {
  for (const auto& entry : std::filesystem::directory_iterator(BINNACLE_GOOD_DOCUMENTS)) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    const Parsed parsed = ParseGood(name);
    CHECK_THAT(Told(parsed, Severity::kError), Catch::Equals(""));
    CHECK_FALSE(parsed.objects.empty());
    CHECK(parsed.unknown_kinds.empty());
  }
}

TEST_CASE("nothing is warned of but what is deprecated") {
  for (const auto& entry : std::filesystem::directory_iterator(BINNACLE_GOOD_DOCUMENTS)) {
    const std::string name = entry.path().filename().string();
    if (name == "deprecated_fields.yaml") continue;
    INFO(name);
    CHECK_THAT(Told(ParseGood(name), Severity::kWarning), Catch::Equals(""));
  }
}

TEST_CASE("each deprecated field is warned of once") {
  std::multiset<std::string> fields;
  for (const Finding& finding : ParseGood("deprecated_fields.yaml").findings) {
    fields.insert(finding.field);
  }
  const std::multiset<std::string> expected = {
      "spec.gateways[0]",
      "spec.http[0].corsPolicy.allowOrigin",
      "spec.http[0].fault.delay.percent",
      "spec.http[0].mirrorPercent",
      "spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize",
      "spec.trafficPolicy.loadBalancer.warmupDurationSecs",
      "spec.trafficPolicy.outlierDetection.consecutiveErrors"};
  CHECK(fields == expected);
}

TEST_CASE("an HTTPS gateway of 2018 is accepted as it stands, with its route and its rule") {
  const Parsed parsed = ParseGood("article_listing.yaml");
  CHECK(parsed.findings.empty());
  REQUIRE(parsed.objects.size() == 3);

  const auto& gateway = parsed.objects[0]->As<v1::Gateway>();
  CHECK(gateway.selector().at("istio") == "ingressgateway");
  CHECK(gateway.servers(0).port().number() == 443);
  CHECK(gateway.servers(0).tls().mode() == v1::ServerTlsSettings::SIMPLE);
  CHECK(gateway.servers(0).tls().private_key() == "/etc/istio/ingressgateway-certs/tls.key");

  const auto& routes = parsed.objects[1]->As<v1::VirtualService>().http(0);
  CHECK(routes.route(0).weight() == 90);
  CHECK(routes.route(1).weight() == 10);
  CHECK(routes.route(1).destination().subset() == "v2");
}

TEST_CASE("a peer of 2018 with nothing behind mtls is there, and STRICT") {
  const Parsed parsed = ParseGood("authentication_2018.yaml");
  const Object* object = Find(parsed, {Kind::kPolicy, "strict", "default"});
  REQUIRE(object != nullptr);
  const auto& policy = object->As<v1::Policy>();
  REQUIRE(policy.peers_size() == 1);
  CHECK(policy.peers(0).mtls().mode() == v1::AuthnMutualTls::STRICT);
}

TEST_CASE("there is a good document for every kind") {
  std::set<Kind> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(BINNACLE_GOOD_DOCUMENTS)) {
    for (const auto& object : ParseGood(entry.path().filename().string()).objects) {
      kinds.insert(object->key.kind);
    }
  }
  CHECK(kinds.size() == kKindCount);
}

}  // namespace
}  // namespace binnacle::policy
