// Who is given which secret. What is in one is for the goldens.

#include "translator/secret.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "pem_samples.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

using Names = std::vector<std::string>;

std::string Secret(absl::string_view ns, absl::string_view name) {
  return absl::StrCat("---\napiVersion: v1\nkind: Secret\nmetadata: {namespace: ", ns,
                      ", name: ", name, "}\nstringData:\n  tls.crt: ", Quoted(kCertificate),
                      "\n  tls.key: ", Quoted(kKey), "\n  ca.crt: ", Quoted(kCertificate), "\n");
}

std::string Secrets() {
  std::string yaml;
  for (const char* name : {"one", "two", "three", "mutual", "roots", "own-cacert", "own", "client",
                           "unnamed", "others"}) {
    yaml += Secret("edge", name);
  }
  return yaml + Secret("elsewhere", "one");
}

constexpr char kGateways[] = R"(---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  selector: {istio: ingress}
  servers:
  - port: {number: 443, name: a, protocol: HTTPS}
    hosts: [a.example.com]
    tls: {mode: SIMPLE, credentialName: one}
  - port: {number: 443, name: b, protocol: HTTPS}
    hosts: [b.example.com]
    tls: {mode: SIMPLE, credentialNames: [two, three]}
  - port: {number: 443, name: c, protocol: HTTPS}
    hosts: [c.example.com]
    tls: {mode: MUTUAL, credentialName: mutual, caCertCredentialName: roots}
  - port: {number: 443, name: d, protocol: HTTPS}
    hosts: [d.example.com]
    tls: {mode: MUTUAL, credentialName: own}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: other, namespace: shop}
spec:
  selector: {istio: other}
  servers:
  - port: {number: 443, name: a, protocol: HTTPS}
    hosts: [a.example.com]
    tls: {mode: SIMPLE, credentialName: others}
)";

constexpr char kPod[] = R"(---
apiVersion: v1
kind: Pod
metadata: {name: ingress-1, namespace: edge, labels: {istio: ingress, hash: h1}}
spec: {serviceAccountName: ingress}
status: {podIP: 10.1.0.1}
)";

// What the node gets of these secrets, each asked for by its name; "+ca" where
// it gets their roots.
Names Given(const Node& node, const std::string& mesh) {
  mesh::Store store(mesh::DefaultSettings());
  const auto snapshot = store.Apply(mesh::Putting(mesh));
  Translator translator;
  const auto proxy = translator.Classify(node, *snapshot);
  Names given;
  for (const char* name :
       {"one", "two", "three", "mutual", "roots", "own", "client", "unnamed", "others"}) {
    const std::string full = absl::StrCat("kubernetes://", name);
    if (translator.Find(ResourceType::kSecret, full, *proxy, *snapshot)) given.push_back(name);
    const std::string roots = absl::StrCat(full, "-cacert");
    if (translator.Find(ResourceType::kSecret, roots, *proxy, *snapshot)) {
      given.push_back(absl::StrCat(name, "+ca"));
    }
  }
  return given;
}

Names GivenWithPod(const Node& node) { return Given(node, kGateways + Secrets() + kPod); }

Node Ingress() {
  Node node;
  node.type = ProxyType::kGateway;
  node.name = "ingress-1.edge";
  node.ns = "edge";
  node.addresses = {"10.1.0.1"};
  node.labels = {{"istio", "ingress"}};
  node.service_account = "ingress";
  node.authenticated = true;
  return node;
}

const Names kAll = {"one",    "one+ca",    "two",      "two+ca", "three", "three+ca",
                    "mutual", "mutual+ca", "roots+ca", "own",    "own+ca"};

}  // namespace

TEST_CASE("a gateway is given the secrets that servers of its Gateways name, and no other") {
  CHECK(Given(Ingress(), kGateways + Secrets()) == kAll);
}

TEST_CASE("another gateway of the namespace is given its own secrets alone") {
  Node other = Ingress();
  other.labels = {{"istio", "other"}};
  CHECK(Given(other, kGateways + Secrets()) == Names{"others", "others+ca"});
  other.labels = {};
  CHECK(Given(other, kGateways + Secrets()).empty());
}

TEST_CASE("a gateway of another namespace is given that namespace's secrets") {
  Node elsewhere = Ingress();
  elsewhere.ns = "elsewhere";
  CHECK(Given(elsewhere, kGateways + Secrets()) == Names{"one", "one+ca"});
}

TEST_CASE("a sidecar is given nothing for being selected by a Gateway") {
  Node sidecar = Ingress();
  sidecar.type = ProxyType::kSidecar;
  CHECK(Given(sidecar, kGateways + Secrets()).empty());
}

TEST_CASE("nobody is given a secret who has not proved who they are") {
  Node stranger = Ingress();
  stranger.authenticated = false;
  CHECK(Given(stranger, kGateways + Secrets()).empty());
}

TEST_CASE("a gateway is given the secret of a rule in effect for a host it reaches") {
  const std::string rule = R"(---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: shop}
spec:
  hosts: [api.example.org]
  resolution: DNS
  ports: [{number: 443, name: https, protocol: HTTPS}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: api, namespace: shop}
spec:
  host: "*.example.org"
  trafficPolicy:
    portLevelSettings:
    - port: {number: 443}
      tls: {mode: MUTUAL, credentialName: client}
)";
  CHECK(Given(Ingress(), rule + Secrets()) == Names{"client", "client+ca"});
  const std::string better = R"(---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: api, namespace: edge}
spec: {host: api.example.org, trafficPolicy: {tls: {mode: DISABLE}}}
)";
  CHECK(Given(Ingress(), rule + better + Secrets()).empty());
  Node sidecar = Ingress();
  sidecar.type = ProxyType::kSidecar;
  CHECK(Given(sidecar, rule + Secrets()).empty());
}

TEST_CASE("a proxy that fits its Pod is given its secrets") {
  CHECK(GivenWithPod(Ingress()) == kAll);
  SECTION("also over plaintext, where no credential says an account") {
    Node local = Ingress();
    local.service_account.clear();
    CHECK(GivenWithPod(local) == kAll);
  }
  SECTION("also where labels differ that no policy looks at") {
    Node older = Ingress();
    older.labels["hash"] = "h0";
    CHECK(GivenWithPod(older) == kAll);
  }
}

TEST_CASE("a proxy that its Pod contradicts is given nothing") {
  SECTION("another service account") {
    Node other = Ingress();
    other.service_account = "web";
    CHECK(GivenWithPod(other).empty());
  }
  SECTION("another service account, under a name that no Pod has") {
    Node other = Ingress();
    other.name = "ingress-2.edge";
    other.service_account = "web";
    CHECK(GivenWithPod(other).empty());
  }
  SECTION("a label with another value") {
    Node other = Ingress();
    other.labels = {{"istio", "other"}};
    CHECK(GivenWithPod(other).empty());
  }
  SECTION("a label that the Pod has not") {
    const std::string bare =
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: ingress-1, namespace: edge}\n"
        "spec: {serviceAccountName: ingress}\nstatus: {podIP: 10.1.0.1}\n";
    CHECK(Given(Ingress(), kGateways + Secrets() + bare).empty());
  }
  SECTION("the address of another namespace's Pod") {
    Node other = Ingress();
    other.ns = "elsewhere";
    other.name = "ingress-1.elsewhere";
    CHECK(GivenWithPod(other).empty());
  }
}

TEST_CASE("of several Pods at one address it is enough to fit one") {
  const std::string neighbour =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: monitor, namespace: edge}\n"
      "spec: {serviceAccountName: monitor}\nstatus: {podIP: 10.1.0.1}\n";
  Node unnamed = Ingress();
  unnamed.name = "host-a.edge";
  CHECK(Given(unnamed, kGateways + Secrets() + kPod + neighbour) == kAll);
  CHECK(Given(unnamed, kGateways + Secrets() + neighbour).empty());
}

TEST_CASE("a proxy of which no Pod is known is believed") {
  Node machine = Ingress();
  machine.name = "machine.edge";
  machine.addresses = {"192.0.2.1"};
  CHECK(GivenWithPod(machine) == kAll);
}

}  // namespace binnacle::translator
