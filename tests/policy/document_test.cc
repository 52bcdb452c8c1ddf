#include "policy/document.h"

#include <catch2/catch.hpp>

#include "proto/policy/authn_policy.pb.h"
#include "proto/policy/kubernetes.pb.h"
#include "proto/policy/virtual_service.pb.h"
#include "tests/policy/told.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kRule =
    "apiVersion: networking.istio.io/v1\n"
    "kind: DestinationRule\n"
    "metadata: {name: reviews}\n"
    "spec: {host: reviews}\n";

std::vector<std::string> KeysOf(const Parsed& parsed) {
  std::vector<std::string> keys;
  for (const auto& object : parsed.objects) keys.push_back(object->key.ToString());
  return keys;
}

using Keys = std::vector<std::string>;

TEST_CASE("a document becomes an object that knows where it was written") {
  const Parsed parsed = ParseDocuments(
      "# the reviews\n"
      "---\n"
      "apiVersion: networking.istio.io/v1alpha3\n"
      "kind: VirtualService\n"
      "metadata:\n"
      "  name: reviews\n"
      "  namespace: shop\n"
      "  labels: {team: a}\n"
      "  annotations: {note: b, kubectl.kubernetes.io/last-applied-configuration: '{}'}\n"
      "  creationTimestamp: \"2024-05-01T12:00:00Z\"\n"
      "  resourceVersion: \"8812\"\n"
      "  uid: 1-2-3\n"
      "  managedFields: [{manager: kubectl}]\n"
      "spec:\n"
      "  hosts: [reviews]\n"
      "  http: [{route: [{destination: {host: reviews}}]}]\n"
      "status: {anything: goes}\n",
      "mesh/reviews.yaml");
  CHECK_THAT(TellAll(parsed.findings), Catch::Equals(Told{}));
  REQUIRE(parsed.objects.size() == 1);
  const Object& object = *parsed.objects[0];
  CHECK(object.key == ObjectKey{Kind::kVirtualService, "shop", "reviews"});
  CHECK(object.api_version == "networking.istio.io/v1alpha3");
  CHECK(object.labels == Labels{{"team", "a"}});
  CHECK(object.annotations == Labels{{"note", "b"}});
  CHECK(absl::FormatTime(object.created, absl::UTCTimeZone()) == "2024-05-01T12:00:00+00:00");
  CHECK(object.origin.ToString() == "mesh/reviews.yaml:3");
  CHECK(object.origin.resource_version == "8812");
  CHECK(object.As<v1::VirtualService>().hosts(0) == "reviews");
}

TEST_CASE("an object without a namespace is in default; cluster-wide kinds have none") {
  CHECK(KeysOf(ParseDocuments(kRule, "f")) == Keys{"DestinationRule default/reviews"});
  CHECK(KeysOf(ParseDocuments("apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: b}\n",
                              "f")) == Keys{"Node a"});
}

TEST_CASE("all errors of a document are told, and it yields no object") {
  const Parsed parsed = ParseDocuments(
      "apiVersion: networking.istio.io/v1\n"
      "kind: VirtualService\n"
      "metadata: {name: reviews, lables: {}}\n"
      "speck: 1\n"
      "spec:\n"
      "  hosts: [reviews]\n"
      "  http:\n"
      "  - mtach: []\n"
      "    timeout: 5\n"
      "    route:\n"
      "    - destination: {host: reviews}\n",
      "f.yaml");
  CHECK(parsed.objects.empty());
  CHECK(parsed.refused == std::vector<ObjectKey>{{Kind::kVirtualService, "default", "reviews"}});
  CHECK(
      TellAll(parsed.findings) ==
      Told{"f.yaml:3:27: VirtualService default/reviews: metadata.lables: unknown field; allowed "
           "are name, namespace, labels, annotations, creationTimestamp or resourceVersion (did "
           "you mean \"labels\"?)",
           "f.yaml:4:1: VirtualService default/reviews: speck: unknown field; allowed are "
           "apiVersion, kind, metadata, spec or status (did you mean \"spec\"?)",
           "f.yaml:8:5: VirtualService default/reviews: spec.http[0].mtach: unknown field; "
           "allowed are name, match, route, redirect, directResponse, delegate, rewrite, timeout, "
           "retries, fault, mirror, mirrors and 4 more (did you mean \"match\"?)",
           "f.yaml:9:14: VirtualService default/reviews: spec.http[0].timeout: expected a "
           "duration such as \"5s\", \"100ms\" or \"1h30m\", found the number 5 (write 5s for "
           "seconds)"});
}

TEST_CASE("what a validator finds has the place of the field, or of its nearest parent") {
  CHECK(Tell("apiVersion: networking.istio.io/v1\n"
             "kind: DestinationRule\n"
             "metadata: {name: a}\n"
             "spec: {subsets: []}\n")
            .at(0)
            .substr(0, 45) == "f.yaml:4:1: DestinationRule default/a: spec.h");
}

TEST_CASE("a rule that misses what could not be read does not repeat the fault") {
  CHECK(Tell("apiVersion: networking.istio.io/v1\n"
             "kind: DestinationRule\n"
             "metadata: {name: a}\n"
             "spec: {host: [a]}\n") ==
        Told{"f.yaml:4:14: DestinationRule default/a: spec.host: expected a string, found a list"});
}

TEST_CASE("a document without a name, a kind or a mapping is refused") {
  CHECK(Tell("apiVersion: v1\nkind: Namespace\n").at(0) ==
        "f.yaml:1:1: Namespace: metadata.name: every object has a name");
  CHECK(Tell("apiVersion: v1\n") ==
        Told{"f.yaml:1:1: kind: every document says its apiVersion and its kind"});
  CHECK(Tell("just words\n") ==
        Told{"f.yaml:1:1: expected a mapping with apiVersion, kind and metadata, found the string "
             "\"just words\""});
  CHECK(ParseDocuments("just words\n", "f").incomplete);
}

TEST_CASE("a version that a kind never had is refused with those it has") {
  const Parsed parsed = ParseDocuments(
      "apiVersion: networking.istio.io/v2\nkind: Gateway\nmetadata: {name: g}\n", "f.yaml");
  CHECK(TellAll(parsed.findings) ==
        Told{"f.yaml:1:13: Gateway default/g: apiVersion: unknown version "
             "\"networking.istio.io/v2\"; allowed is networking.istio.io/v1, "
             "networking.istio.io/v1beta1 or networking.istio.io/v1alpha3"});
  CHECK(parsed.refused == std::vector<ObjectKey>{{Kind::kGateway, "default", "g"}});
}

TEST_CASE("kinds that are not ours are listed once and ignored; a slip of the pen is told") {
  const Parsed parsed = ParseDocuments(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\n"
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n---\n"
      "apiVersion: networking.istio.io/v1\nkind: VirtualServce\n---\n"
      "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n",
      "f.yaml");
  CHECK(parsed.unknown_kinds == Keys{"apps/v1/Deployment", "networking.istio.io/v1/VirtualServce",
                                     "gateway.networking.k8s.io/v1/Gateway"});
  CHECK(TellAll(parsed.findings) ==
        Told{"f.yaml:10:7: warning: VirtualServce: kind: not a kind that a mesh reads; ignored "
             "(did you mean \"VirtualService\"?)"});
  CHECK_FALSE(HasErrors(parsed.findings));
}

TEST_CASE("lists are opened, whether their items repeat the kind or not") {
  const Parsed parsed = ParseDocuments(
      "apiVersion: v1\n"
      "kind: List\n"
      "items:\n"
      "- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"
      "- {apiVersion: v1, kind: Namespace, metadata: {nam: b}}\n"
      "- {apiVersion: v1, kind: Namespace, metadata: {name: c, name: d}}\n"
      "---\n"
      "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{\"metadata\": {\"name\": "
      "\"p\"}}]}\n",
      "f.yaml");
  CHECK(KeysOf(parsed) == Keys{"Namespace a", "Pod default/p"});
  CHECK(TellAll(parsed.findings) ==
        Told{"f.yaml:5:37: Namespace: metadata.name: every object has a name",
             "f.yaml:6:57: Namespace c: metadata.name: written twice: first on line 6, again on "
             "line 6"});
}

TEST_CASE("of two documents that bear one name the first is in effect, and both are named") {
  const std::string text = std::string(kRule) + "---\n" + std::string(kRule);
  const Parsed parsed = ParseDocuments(text, "f.yaml");
  REQUIRE(parsed.objects.size() == 1);
  CHECK(parsed.objects[0]->origin.line == 1);
  CHECK(TellAll(parsed.findings) ==
        Told{"f.yaml:6:1: DestinationRule default/reviews: defined twice: at f.yaml:1 and at "
             "f.yaml:6; the first is in effect"});
}

TEST_CASE("a document that is not YAML leaves those around it as they are") {
  const std::string text = std::string(kRule) +
                           "---\na: [\n---\napiVersion: v1\nkind: Namespace\n" +
                           "metadata: {name: z}\n";
  const Parsed parsed = ParseDocuments(text, "f.yaml");
  CHECK(KeysOf(parsed) == Keys{"DestinationRule default/reviews", "Namespace z"});
  CHECK(parsed.truncated);
  CHECK(parsed.findings.size() == 1);
  CHECK(parsed.findings[0].line == 7);
}

TEST_CASE("a text that is too large is refused whole, and removes nothing") {
  ParseOptions options;
  options.max_bytes = 10;
  const Parsed parsed = ParseDocuments(kRule, "f.yaml", options);
  CHECK(TellAll(parsed.findings) == Told{"f.yaml:1:1: the file has 105 bytes; allowed are 10"});
  CHECK(parsed.truncated);
}

TEST_CASE("the policy of 2018 is read as it was written") {
  const Parsed parsed = ParseDocuments(
      "apiVersion: authentication.istio.io/v1alpha1\n"
      "kind: MeshPolicy\n"
      "metadata: {name: default}\n"
      "spec: {peers: [{mtls: {}}]}\n",
      "f.yaml");
  CHECK_THAT(TellAll(parsed.findings), Catch::Equals(Told{}));
  CHECK(KeysOf(parsed) == Keys{"MeshPolicy default"});
}

}  // namespace
}  // namespace binnacle::policy
