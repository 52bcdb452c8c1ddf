#include "policy/decode.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/policy/destination_rule.pb.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/mesh_config.pb.h"
#include "proto/policy/mesh_policy.pb.h"
#include "proto/policy/virtual_service.pb.h"
#include "tests/policy/told.h"

namespace binnacle::policy {
namespace {

// Decodes `text` into an empty T, as the value of field "spec".
template <typename T>
T DecodeTo(absl::string_view text, Told* told = nullptr, bool strict = true) {
  T message;
  YamlReader reader(text);
  YamlDocument document;
  REQUIRE(reader.Next(document));
  std::vector<Finding> findings;
  const FieldPath root;
  DecodeOptions options;
  options.strict = strict;
  Decode(*document.root(), FieldPath::Field(root, "spec"), options, message, findings);
  for (Finding& finding : findings) finding.file = "f";
  if (told != nullptr) {
    *told = TellAll(findings);
  } else {
    CHECK_THAT(TellAll(findings), Catch::Equals(Told{}));
  }
  return message;
}

template <typename T>
Told FaultsOf(absl::string_view text) {
  Told told;
  DecodeTo<T>(text, &told);
  return told;
}

TEST_CASE("fields are known in lowerCamelCase and in snake_case") {
  const auto camel =
      DecodeTo<v1::DestinationRule>("trafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}}");
  const auto snake = DecodeTo<v1::DestinationRule>(
      "traffic_policy: {connection_pool: {tcp: {max_connections: 0x7}}}");
  CHECK(camel.traffic_policy().connection_pool().tcp().max_connections() == 7);
  CHECK(google::protobuf::util::MessageDifferencer::Equals(camel, snake));
}

TEST_CASE("a field in both spellings is written twice") {
  CHECK(FaultsOf<v1::DestinationRule>("exportTo: ['.']\nexport_to: ['*']\n") ==
        Told{"f:2:1: spec.exportTo: written twice, in two spellings"});
}

TEST_CASE("an unknown field is told with the fields that are allowed, and the nearest") {
  CHECK(FaultsOf<v1::VirtualService>("http:\n- route:\n  - destination: {host: a, sbset: v1}\n") ==
        Told{"f:3:28: spec.http[0].route[0].destination.sbset: unknown field; allowed are host, "
             "subset or port (did you mean \"subset\"?)"});
}

TEST_CASE("unknown fields of Kubernetes' kinds are ignored, wrong types are not") {
  Told told;
  const auto service = DecodeTo<v1::Service>(
      "spec: {clusterIP: None, sessionAffinityConfig: {}, ports: [{port: x}]}", &told, false);
  CHECK(service.spec().cluster_ip() == "None");
  CHECK(told == Told{"f:1:67: spec.spec.ports[0].port: expected a whole number, found the string "
                     "\"x\""});
}

TEST_CASE("a string is not a boolean, a number or a list") {
  CHECK(FaultsOf<v1::DestinationRule>("host: on\n") ==
        Told{"f:1:7: spec.host: expected a string, found the boolean on (quote it: \"on\")"});
  CHECK(FaultsOf<v1::DestinationRule>("host: 12\n") ==
        Told{"f:1:7: spec.host: expected a string, found the number 12 (quote it: \"12\")"});
  CHECK(FaultsOf<v1::DestinationRule>("host: [a]\n") ==
        Told{"f:1:7: spec.host: expected a string, found a list"});
  CHECK(DecodeTo<v1::DestinationRule>("host: 'on'\n").host() == "on");
  CHECK(DecodeTo<v1::DestinationRule>("host: !!str on\n").host() == "on");
}

TEST_CASE("a list is not a lone value") {
  CHECK(FaultsOf<v1::VirtualService>("hosts: reviews\n") ==
        Told{"f:1:8: spec.hosts: expected a list, found the string \"reviews\" (write "
             "[reviews])"});
  CHECK(FaultsOf<v1::VirtualService>("http: {}\n") ==
        Told{"f:1:7: spec.http: expected a list, found a mapping"});
  CHECK(FaultsOf<v1::VirtualService>("http:\n- \n") ==
        Told{"f:2:2: spec.http[0]: expected a mapping, found nothing"});
}

TEST_CASE("a list keeps its length, so that later items keep their index") {
  Told told;
  const auto service = DecodeTo<v1::VirtualService>("hosts: [a, 5, c]\n", &told);
  CHECK(service.hosts_size() == 3);
  CHECK(service.hosts(2) == "c");
  CHECK(told == Told{"f:1:12: spec.hosts[1]: expected a string, found the number 5 (quote it: "
                     "\"5\")"});
}

TEST_CASE("numbers have their range") {
  const auto weight = [](const char* number) {
    return FaultsOf<v1::VirtualService>(absl::StrCat("http: [{route: [{weight: ", number, "}]}]"));
  };
  CHECK_THAT(weight("2147483647"), Catch::Equals(Told{}));
  CHECK_THAT(weight("-2147483648"), Catch::Equals(Told{}));
  CHECK_THAT(weight("5.0"), Catch::Equals(Told{}));
  const std::string where = "f:1:26: spec.http[0].route[0].weight: ";
  CHECK(weight("2147483648") ==
        Told{where + "2147483648 is out of range; allowed is -2147483648 to 2147483647"});
  CHECK(weight("99999999999999999999") ==
        Told{where + "99999999999999999999 is out of range; allowed is -2147483648 to 2147483647"});
  CHECK(weight("1.5") == Told{where + "expected a whole number, found the number 1.5"});
  CHECK(weight("'5'") ==
        Told{where + "expected a whole number, found the string \"5\" (remove the quotes)"});
  CHECK(FaultsOf<v1::VirtualService>("http: [{match: [{port: -1}]}]") ==
        Told{"f:1:24: spec.http[0].match[0].port: -1 is out of range; allowed is 0 to "
             "4294967295"});
}

TEST_CASE("a misspelt enum word is told with the words, and the nearest") {
  CHECK(FaultsOf<v1::DestinationRule>("trafficPolicy: {tls: {mode: MUTAUL}}") ==
        Told{"f:1:29: spec.trafficPolicy.tls.mode: unknown word \"MUTAUL\"; allowed are DISABLE, "
             "SIMPLE, MUTUAL or ISTIO_MUTUAL (did you mean \"MUTUAL\"?)"});
  CHECK(FaultsOf<v1::DestinationRule>("trafficPolicy: {tls: {mode: 1}}") ==
        Told{"f:1:29: spec.trafficPolicy.tls.mode: expected one of DISABLE, SIMPLE, MUTUAL or "
             "ISTIO_MUTUAL, found the number 1"});
}

TEST_CASE("durations are written as in Go") {
  const auto timeout = [](const char* text) {
    return DecodeTo<v1::VirtualService>(absl::StrCat("http: [{timeout: ", text, "}]"))
        .http(0)
        .timeout();
  };
  CHECK(timeout("5s").seconds() == 5);
  CHECK(timeout("1h30m").seconds() == 5400);
  CHECK(timeout("100ms").nanos() == 100'000'000);
  CHECK(timeout("-1.5s").seconds() == -1);
  CHECK(timeout("-1.5s").nanos() == -500'000'000);
  CHECK(FaultsOf<v1::VirtualService>("http: [{timeout: 5}]") ==
        Told{"f:1:18: spec.http[0].timeout: expected a duration such as \"5s\", \"100ms\" or "
             "\"1h30m\", found the number 5 (write 5s for seconds)"});
  CHECK(FaultsOf<v1::VirtualService>("http: [{timeout: 5 s}]") ==
        Told{"f:1:18: spec.http[0].timeout: expected a duration such as \"5s\", \"100ms\" or "
             "\"1h30m\", found \"5 s\""});
  CHECK(FaultsOf<v1::VirtualService>("http: [{timeout: inf}]").size() == 1);
  CHECK(FaultsOf<v1::VirtualService>("http: [{timeout: 9999999h}]").size() == 1);
}

TEST_CASE("only one field of a union can be set") {
  CHECK(
      FaultsOf<v1::VirtualService>("http:\n- match:\n  - uri: {exact: a, prefix: b, regex: c}\n") ==
      Told{"f:3:21: spec.http[0].match[0].uri.prefix: excludes exact, which is given too; only "
           "one of exact, prefix or regex is allowed",
           "f:3:32: spec.http[0].match[0].uri.regex: excludes exact, which is given too; only "
           "one of exact, prefix or regex is allowed"});
}

TEST_CASE("an empty message is present, null is absent") {
  const auto empty = DecodeTo<v1::DestinationRule>("trafficPolicy: {tls: {}}");
  CHECK(empty.traffic_policy().has_tls());
  const auto null = DecodeTo<v1::DestinationRule>("trafficPolicy: {tls: }");
  CHECK(null.has_traffic_policy());
  CHECK_FALSE(null.traffic_policy().has_tls());
}

TEST_CASE("mtls in the peers of 2018 is present even with nothing behind it") {
  const auto policy = DecodeTo<v1::MeshPolicy>("peers:\n- mtls:\n- mtls: {}\n- mtls: null\n");
  REQUIRE(policy.peers_size() == 3);
  for (const auto& peer : policy.peers()) CHECK(peer.has_mtls());
}

TEST_CASE("a header without a match is refused, except among those that must be missing") {
  const auto service =
      DecodeTo<v1::VirtualService>("http: [{match: [{headers: {a: {}}, withoutHeaders: {b: }}]}]");
  const auto& match = service.http(0).match(0);
  CHECK(match.headers().contains("a"));
  CHECK(match.without_headers().contains("b"));
  CHECK(FaultsOf<v1::VirtualService>("http: [{match: [{headers: {a: }}]}]") ==
        Told{"f:1:31: spec.http[0].match[0].headers[\"a\"]: expected a mapping, found nothing"});
}

TEST_CASE("keys of a map are words, and boolean words want quotes") {
  const auto rule = DecodeTo<v1::DestinationRule>("subsets: [{labels: {80: a, 'y': b}}]");
  CHECK(rule.subsets(0).labels().at("80") == "a");
  CHECK(rule.subsets(0).labels().at("y") == "b");
  CHECK(FaultsOf<v1::DestinationRule>("subsets: [{labels: {y: b}}]") ==
        Told{"f:1:21: spec.subsets[0].labels[\"y\"]: expected a string, found the boolean y "
             "(quote it: \"y\")"});
}

TEST_CASE("wrappers, structs and base64 are written as in JSON") {
  const auto config = DecodeTo<v1::MeshConfig>("enableAutoMtls: false\n");
  CHECK(config.has_enable_auto_mtls());
  CHECK_FALSE(config.enable_auto_mtls().value());
  CHECK(FaultsOf<v1::MeshConfig>("enableAutoMtls: 'false'\n") ==
        Told{"f:1:17: spec.enableAutoMtls: expected true or false, found the string \"false\" "
             "(remove the quotes)"});
  const auto secret = DecodeTo<v1::Secret>("data: {a: aGVsbG8=}\n");
  CHECK(secret.data().at("a") == "hello");
  CHECK(FaultsOf<v1::Secret>("data: {a: '%%'}\n") == Told{"f:1:11: spec.data[\"a\"]: not base64"});
  const auto service = DecodeTo<v1::Service>("spec: {ports: [{targetPort: 80}, {targetPort: a}]}");
  CHECK(service.spec().ports(0).target_port().number_value() == 80);
  CHECK(service.spec().ports(1).target_port().string_value() == "a");
}

TEST_CASE("of very many faults only the first are listed") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&text, "k", i, ": 1, ");
  const Told told = FaultsOf<v1::DestinationRule>(text + "}");
  CHECK(told.size() == 101);
  CHECK(told.back() == "f:1:792: there are more faults; only the first are listed");
}

}  // namespace
}  // namespace binnacle::policy
