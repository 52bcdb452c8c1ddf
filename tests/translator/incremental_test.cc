// What was remembered must be what a cold start would make: random meshes,
// random changes, and after each the resources compared name by name and
// version by version.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "pem_samples.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

using Versions = std::map<std::string, std::string>;
using Objects = std::map<policy::ObjectKey, std::shared_ptr<const policy::Object>>;

const std::string kEscapedCertificate = absl::StrReplaceAll(kCertificate, {{"\n", "\\n"}});

// $0 name, $1 namespace, $2 and $3 small numbers, $4 a certificate.
constexpr const char* kTemplates[] = {
    R"(
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: $1}
spec: {clusterIP: 10.0.$2.$3, selector: {app: $0}, ports: [{name: http, port: 80, targetPort: 8080}]}
)",
    R"(
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: $1, annotations: {networking.istio.io/exportTo: "."}}
spec: {clusterIP: 10.0.$2.$3, selector: {app: $0}, ports: [{name: tcp, port: 90}, {name: x, port: 80}]}
)",
    R"(
apiVersion: v1
kind: Pod
metadata: {name: $0-$2, namespace: $1, labels: {app: $0, version: v$3}}
spec: {serviceAccountName: sa-$3}
status: {podIP: 10.1.$2.1}
)",
    R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: $0, namespace: $1}
spec:
  hosts: [$0.example.com, shared.example.com]
  resolution: STATIC
  ports: [{number: 8$2, name: http, protocol: HTTP}]
  endpoints: [{address: 10.2.0.$3}]
)",
    R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: $0, namespace: $1}
spec:
  host: $0
  subsets: [{name: v$2, labels: {version: v$3}}]
  trafficPolicy: {connectionPool: {tcp: {maxConnections: $3}}}
)",
    R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: wide-$0, namespace: istio-system}
spec: {host: "*.local", trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-$3}}}}
)",
    R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: $0, namespace: $1}
spec:
  hosts: [$0]
  http: [{route: [{destination: {host: $0, subset: v$2}, weight: $3}, {destination: {host: a.one.svc.cluster.local, port: {number: 80}}, weight: 5}]}]
)",
    R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge-$0, namespace: $1}
spec:
  hosts: [$0.example.org]
  gateways: [one/edge]
  http: [{match: [{uri: {prefix: /$2}}], route: [{destination: {host: $0}}]}]
)",
    R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: one}
spec:
  selector: {app: edge}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example.org", "h$2.example.net"]}]
)",
    R"(
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: tls, namespace: one}
spec:
  selector: {app: edge}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialNames: [$0, a]}}]
)",
    R"(
apiVersion: v1
kind: Secret
metadata: {name: $0, namespace: one}
stringData: {cacert: "$4"}
)",
    R"(
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: one, labels: {app: edge}}
spec: {serviceAccountName: sa-$2}
status: {podIP: 10.9.9.9}
)",
    R"(
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: $0, namespace: $1}
spec: {selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}}
)",
};

std::string Pick(std::mt19937& random, std::initializer_list<const char*> words) {
  return *(words.begin() + random() % words.size());
}

mesh::Change RandomChange(std::mt19937& random, Objects& objects) {
  mesh::Change change;
  change.seen = absl::Now();
  for (unsigned i = 0, n = 1 + random() % 3; i < n; ++i) {
    if (!objects.empty() && random() % 4 == 0) {
      auto it = std::next(objects.begin(), random() % objects.size());
      change.removed.push_back(it->first);
      objects.erase(it);
      continue;
    }
    const std::string yaml = absl::Substitute(
        kTemplates[random() % std::size(kTemplates)], Pick(random, {"a", "b", "c"}),
        Pick(random, {"one", "two"}), random() % 3, 1 + random() % 3, kEscapedCertificate);
    for (const auto& object : mesh::ObjectsFrom(yaml)) {
      change.put.push_back(object);
      objects[object->key] = object;
      std::erase(change.removed, object->key);
    }
  }
  // Of two changes to one object the last counts, as a source has it.
  std::map<policy::ObjectKey, std::shared_ptr<const policy::Object>> last;
  for (const auto& object : change.put) last[object->key] = object;
  for (const auto& key : change.removed) last.erase(key);
  change.put.clear();
  for (const auto& [key, object] : last) change.put.push_back(object);
  return change;
}

std::vector<Node> Nodes() {
  Node sidecar;
  sidecar.name = "a-1.one";
  sidecar.ns = "one";
  sidecar.addresses = {"10.1.1.1"};
  sidecar.labels = {{"app", "a"}};
  sidecar.envoy = {1, 40};
  Node other = sidecar;
  other.name = "x.two";
  other.ns = "two";
  other.addresses = {"10.9.9.9"};
  other.labels = {{"app", "x"}};
  Node gateway = other;
  gateway.name = "edge.one";
  gateway.ns = "one";
  gateway.type = ProxyType::kGateway;
  gateway.labels = {{"app", "edge"}};
  gateway.service_account = "sa-1";
  gateway.authenticated = true;
  return {sidecar, other, gateway};
}

Versions AllVersions(Translator& translator, const Node& node, const mesh::Snapshot& snapshot) {
  Versions versions;
  const auto proxy = translator.Classify(node, snapshot);
  for (ResourceType type : {ResourceType::kCluster, ResourceType::kEndpoint,
                            ResourceType::kListener, ResourceType::kRoute}) {
    for (const auto& resource : *translator.All(type, *proxy, snapshot)) {
      versions[absl::StrCat(ShortName(type), " ", resource->name())] = resource->version();
    }
  }
  for (const char* name : {"a", "b", "c"}) {
    const std::string full = absl::StrCat("kubernetes://", name, "-cacert");
    const auto secret = translator.Find(ResourceType::kSecret, full, *proxy, snapshot);
    if (secret != nullptr) versions[full] = secret->version();
  }
  return versions;
}

TEST_CASE("after any changes, what is remembered equals what a cold translation makes") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  std::mt19937 random(seed);
  mesh::Store store(mesh::DefaultSettings());
  Translator remembering;
  // Classes live as long as some stream holds them.
  std::vector<std::shared_ptr<const ProxyClass>> held;
  Objects objects;
  const auto nodes = Nodes();
  int secrets = 0;
  for (int step = 0; step < 60; ++step) {
    CAPTURE(step);
    const auto snapshot = store.Apply(RandomChange(random, objects));
    Translator cold, from_anew;
    mesh::Store anew(mesh::DefaultSettings());
    mesh::Change everything;
    for (const auto& [key, object] : objects) everything.put.push_back(object);
    const auto rebuilt = anew.Apply(everything);
    for (const Node& node : nodes) {
      CAPTURE(node.name);
      held.push_back(remembering.Classify(node, *snapshot));
      const Versions warm = AllVersions(remembering, node, *snapshot);
      secrets += std::count_if(warm.begin(), warm.end(), [](const auto& entry) {
        return entry.first.starts_with("kubernetes://");
      });
      REQUIRE(warm == AllVersions(cold, node, *snapshot));
      REQUIRE(warm == AllVersions(from_anew, node, *rebuilt));
    }
  }
  CHECK(secrets > 0);
  CHECK(remembering.counts().hits > remembering.counts().builds);
}

}  // namespace
}  // namespace binnacle::translator
