#include "mesh/lookup.h"

#include <catch2/catch.hpp>

#include "mesh_from.h"

namespace binnacle::mesh {
namespace {

std::string Rule(absl::string_view ns, absl::string_view name, absl::string_view host,
                 absl::string_view more = "") {
  return absl::StrCat(
      "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ", name,
      ", namespace: ", ns, "}\nspec:\n  host: \"", host, "\"\n", more);
}

std::string Routes(absl::string_view ns, absl::string_view name, absl::string_view host,
                   absl::string_view more = "") {
  return absl::StrCat(
      "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ", name,
      ", namespace: ", ns, "}\nspec:\n  hosts: [\"", host,
      "\"]\n  http: [{directResponse: {status: 200}}]\n", more);
}

const std::string kHost = "reviews.shop.svc.cluster.local";

std::string RuleNameFor(const std::string& yaml, absl::string_view client_ns,
                        const policy::Labels& labels = {}) {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(yaml));
  View view(*snapshot);
  const auto* rule = FindDestinationRule(view, client_ns, labels, kHost, "shop");
  return rule == nullptr ? "none" : rule->ns + "/" + rule->name;
}

TEST_CASE("a client's own namespace decides before the service's, and that before the root") {
  const std::string root = Rule("istio-system", "mesh", "*.local");
  const std::string service = Rule("shop", "reviews", "reviews");
  const std::string client = Rule("web", "mine", kHost);
  CHECK(RuleNameFor(root, "web") == "istio-system/mesh");
  CHECK(RuleNameFor(root + service, "web") == "shop/reviews");
  CHECK(RuleNameFor(root + service + client, "web") == "web/mine");
  CHECK(RuleNameFor(root + service + client, "other") == "shop/reviews");
  CHECK(RuleNameFor("", "web") == "none");
}

TEST_CASE("within a level the most specific host wins") {
  CHECK(RuleNameFor(
            Rule("shop", "a-wide", "*.local") + Rule("shop", "b-near", "*.shop.svc.cluster.local"),
            "web") == "shop/b-near");
}

TEST_CASE("the rule that decides on hashing is the one in effect, if it asks for it") {
  const auto hashing = [](const std::string& yaml, absl::string_view client_ns) {
    Store store(DefaultSettings());
    const auto snapshot = store.Apply(Putting(yaml));
    View view(*snapshot);
    const auto* rule = FindHashingRule(view, client_ns, {}, kHost, "shop");
    return rule == nullptr ? "none" : rule->ns + "/" + rule->name;
  };
  const std::string by = "loadBalancer: {consistentHash: {useSourceIp: true}}";
  const std::string everywhere = "  trafficPolicy: {" + by + "}\n";
  const std::string on_port =
      "  trafficPolicy: {portLevelSettings: [{port: {number: 80}, " + by + "}]}\n";
  const std::string in_subset =
      "  subsets: [{name: v1, labels: {a: b}, trafficPolicy: {" + by + "}}]\n";
  for (const std::string& how : {everywhere, on_port, in_subset}) {
    CAPTURE(how);
    CHECK(hashing(Rule("shop", "own", "reviews", how), "web") == "shop/own");
    CHECK(hashing(Rule("web", "mine", kHost, how), "web") == "web/mine");
    CHECK(hashing(Rule("web", "mine", kHost, how), "other") == "none");
    CHECK(hashing(Rule("shop", "wide", "*.cluster.local", how), "web") == "shop/wide");
    CHECK(hashing(Rule("istio-system", "mesh", "*", how), "web") == "istio-system/mesh");
    CHECK(hashing(Rule("istio-system", "mesh", "*", how) + Rule("shop", "own", "reviews"), "web") ==
          "none");
    CHECK(hashing(Rule("shop", "other", "ratings", how), "web") == "none");
  }
  CHECK(hashing(Rule("shop", "own", "reviews"), "web") == "none");
}

TEST_CASE("hosts that are hashed are forgotten with their rules") {
  Store store(DefaultSettings());
  const std::string how =
      "  trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}\n";
  store.Apply(Putting(Rule("shop", "own", "reviews", how) + Rule("shop", "wide", "*.org", how)));
  const auto hosts = [&] {
    const auto* found = store.snapshot()->Find<FactKind::kHashingHosts>("shop");
    return found == nullptr ? HostList() : *found;
  };
  CHECK(hosts() == HostList{"*.org", kHost});
  store.Apply(Putting(Rule("shop", "wide", "*.org")));
  CHECK(hosts() == HostList{kHost});
  store.Apply({{}, {{policy::Kind::kDestinationRule, "shop", "own"}}, absl::Now()});
  CHECK(hosts().empty());
}

TEST_CASE("a rule that is not exported to the client does not count") {
  CHECK(RuleNameFor(Rule("shop", "own", "reviews", "  exportTo: [\".\"]\n"), "web") == "none");
  CHECK(RuleNameFor(Rule("shop", "own", "reviews", "  exportTo: [\".\"]\n"), "shop") == "shop/own");
  CHECK(RuleNameFor(Rule("shop", "away", "reviews", "  exportTo: [web]\n"), "shop") == "none");
}

TEST_CASE("a rule for some clients is preferred by them, with the general one beneath") {
  const std::string yaml =
      Rule("web", "general", kHost, "  subsets: [{name: v1, labels: {version: v1}}]\n") +
      Rule("web", "special", kHost,
           "  exportTo: [\".\"]\n  workloadSelector: {matchLabels: {app: ui}}\n"
           "  trafficPolicy: {tls: {mode: DISABLE}}\n");
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(yaml));
  View view(*snapshot);
  const auto* special = FindDestinationRule(view, "web", {{"app", "ui"}}, kHost, "shop");
  REQUIRE(special != nullptr);
  CHECK(special->name == "special");
  CHECK(special->spec->subsets().size() == 1);
  CHECK(special->origins.size() == 2);
  CHECK(FindDestinationRule(view, "web", {{"app", "x"}}, kHost, "shop")->name == "general");
}

TEST_CASE("rules of one namespace for one host merge, the first of each subset staying") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(
      Rule("shop", "a", "reviews", "  subsets: [{name: v1, labels: {version: a}}]\n") +
      Rule("shop", "b", "reviews",
           "  subsets: [{name: v1, labels: {version: b}}, {name: v2, labels: {version: b}}]\n"
           "  trafficPolicy: {tls: {mode: SIMPLE}}\n")));
  View view(*snapshot);
  const auto* rule = FindDestinationRule(view, "web", {}, kHost, "shop");
  REQUIRE(rule != nullptr);
  REQUIRE(rule->spec->subsets().size() == 2);
  CHECK(rule->spec->subsets(0).labels().at("version") == "a");
  CHECK(rule->spec->has_traffic_policy());
}

TEST_CASE(
    "the oldest VirtualService of a host decides at sidecars, by name where ages are unknown") {
  Store store(DefaultSettings());
  const auto snapshot =
      store.Apply(Putting(Routes("shop", "b", "reviews") + Routes("shop", "a", "reviews") +
                          Routes("shop", "wide", "*.cluster.local")));
  View view(*snapshot);
  CHECK(FindMeshVirtualService(view, "web", kHost)->key.name == "a");
  CHECK(FindMeshVirtualService(view, "web", "other.shop.svc.cluster.local")->key.name == "wide");
  CHECK(MeshVirtualServiceHosts(view, "web") == std::vector<std::string>{"*.cluster.local", kHost});
}

TEST_CASE("VirtualServices are found by the gateway they name, short, qualified or legacy") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(
      Routes("shop", "short", "a.example.com", "  gateways: [edge]\n") +
      Routes("web", "qualified", "b.example.com", "  gateways: [shop/edge]\n") +
      Routes("web", "hidden", "c.example.com", "  gateways: [shop/edge]\n  exportTo: [\".\"]\n")));
  View view(*snapshot);
  std::vector<std::string> names;
  for (const auto* listed : GatewayVirtualServices(view, "istio-system", "shop/edge")) {
    names.push_back(listed->object->key.name);
  }
  CHECK(names == std::vector<std::string>{"qualified", "short"});
  // What is private to a namespace is seen by gateway proxies that run there.
  CHECK(GatewayVirtualServices(view, "web", "shop/edge").size() == 3);
}

TEST_CASE("a service hidden from a namespace is not among its hosts") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(R"(
apiVersion: v1
kind: Service
metadata: {name: open, namespace: shop}
spec: {ports: [{port: 80, name: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: inner, namespace: shop, annotations: {networking.istio.io/exportTo: "."}}
spec: {ports: [{port: 80, name: http}]}
)"));
  View view(*snapshot);
  CHECK(VisibleHosts(view, "web").size() == 1);
  CHECK(VisibleHosts(view, "shop").size() == 2);
  CHECK(VisibleHostsOnPort(view, "shop", 80).size() == 2);
  CHECK(VisibleHostsOnPort(view, "shop", 81).empty());
  CHECK(FindService(view, "inner.shop.svc.cluster.local", "web") == nullptr);
}

TEST_CASE("what a view has read is enough to tell whether an answer still holds") {
  Store store(DefaultSettings());
  const auto before = store.Apply(Putting(Rule("shop", "reviews", "reviews")));
  View view(*before);
  FindDestinationRule(view, "web", {}, kHost, "shop");
  const Inputs inputs = view.TakeInputs();

  CHECK(inputs.UnchangedIn(*store.Apply(Putting(Rule("shop", "other", "ratings")))));
  // A rule nearer to the client did not exist; that it does now must show.
  CHECK_FALSE(inputs.UnchangedIn(*store.Apply(Putting(Rule("web", "mine", kHost)))));
}

}  // namespace
}  // namespace binnacle::mesh
