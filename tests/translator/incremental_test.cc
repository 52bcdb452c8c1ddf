// What was remembered must be what a cold start would make: random meshes,
// random changes, and after each the resources compared name by name and
// version by version.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "pem_samples.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

// The bytes of resources, by type and name.
using Contents = std::map<std::string, std::string>;
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
apiVersion: v1
kind: Service
metadata: {name: $0, namespace: $1}
spec: {clusterIP: None, selector: {app: $0}, ports: [{name: http, port: 80}]}
)",
    R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: wide-$0, namespace: $1}
spec:
  hosts: ["*.example.com", "*.$0.example.com", $0]
  addresses: [10.0.$2.$3]
  resolution: STATIC
  ports: [{number: 8$2, name: http, protocol: HTTP}]
  endpoints: [{address: 10.2.0.$3}]
)",
    R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: wide-$0, namespace: $1}
spec:
  hosts: ["*-$0.example.com", "*.$0.example.com", $0.example.net]
  http: [{route: [{destination: {host: a.one.svc.cluster.local, port: {number: 80}}}], timeout: $3s}]
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
      auto it = std::next(objects.begin(), static_cast<ptrdiff_t>(random() % objects.size()));
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
  Node on_demand = sidecar;
  on_demand.on_demand_hosts = true;
  Node gateway = other;
  gateway.name = "edge.one";
  gateway.ns = "one";
  gateway.type = ProxyType::kGateway;
  gateway.labels = {{"app", "edge"}};
  gateway.service_account = "sa-1";
  gateway.authenticated = true;
  return {sidecar, other, gateway, on_demand};
}

// As requests may have them.
constexpr absl::string_view kAskedHosts[] = {"a",
                                             "b:80",
                                             "a.one",
                                             "a.two.svc",
                                             "c.one.svc.cluster.local:80",
                                             "b.two.svc.cluster.local.",
                                             "pod.a.one",
                                             "pod.b.one.svc.cluster.local:80",
                                             "10.0.1.1",
                                             "10.0.2.3:80",
                                             "[fd00::1]:80",
                                             "a.example.com",
                                             "x.a.example.com",
                                             "shared.example.com:81",
                                             "x-b.example.com",
                                             "x-b.c.example.com",
                                             "b.example.net",
                                             "unknown.example.org",
                                             ""};

std::vector<std::string> AskedNames() {
  std::vector<std::string> names;
  for (absl::string_view route : {"80", "81"}) {
    for (absl::string_view host : kAskedHosts) names.push_back(absl::StrCat(route, "/", host));
  }
  return names;
}

// What proxies asked for before is as it would be if they asked now.
void AddAskedHosts(Translator& translator, const ProxyClass& proxy, const mesh::Snapshot& snapshot,
                   Contents& contents) {
  constexpr auto kType = ResourceType::kVirtualHost;
  if (!proxy.on_demand_hosts) {
    REQUIRE(translator.Find(kType, "80/a", proxy, snapshot) == nullptr);
    return;
  }
  const auto asked = translator.All(kType, proxy, snapshot);
  for (const std::string& name : AskedNames()) {
    CAPTURE(name);
    const auto resource = translator.Find(kType, name, proxy, snapshot);
    REQUIRE(resource != nullptr);
    contents[name] = std::string(resource->delta_entry());
    if (const auto before = asked->Find(name)) REQUIRE(before == resource);
  }
  REQUIRE((asked->empty() || asked->size() == AskedNames().size()));
}

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;

// How Envoy picks a virtual host.
const VirtualHost* Picked(const RouteConfiguration& routes, absl::string_view host) {
  const VirtualHost* picked = nullptr;
  size_t length = 0;  // of the domain, one more if it is exact
  for (const VirtualHost& candidate : routes.virtual_hosts()) {
    for (absl::string_view domain : candidate.domains()) {
      const absl::string_view rest = domain.substr(domain.empty() ? 0 : 1);
      const bool covers = domain == host || (absl::StartsWith(domain, "*") &&
                                             (rest.empty() || rest.size() < host.size()) &&
                                             absl::EndsWith(host, rest));
      const size_t found = domain.size() + (domain == host ? 1 : 0);
      if (covers && found > length) {
        picked = &candidate;
        length = found;
      }
    }
  }
  return picked;
}

absl::string_view WithoutPort(absl::string_view host) {
  return absl::EndsWith(host, "]") ? host : host.substr(0, host.rfind(':'));
}

std::string MessageOf(const VirtualHost& host) {
  VirtualHost nameless = host;
  nameless.clear_name();
  nameless.clear_domains();
  return nameless.DebugString();
}

// Asked one by one, virtual hosts are what the whole route configuration has for
// those hosts; the configuration itself has none.
void CompareWithWholeRoutes(Translator& translator, const ProxyClass& whole,
                            const ProxyClass& on_demand, const mesh::Snapshot& snapshot) {
  for (const char* route : {"80", "81"}) {
    const auto full = translator.Find(ResourceType::kRoute, route, whole, snapshot);
    const auto shell = translator.Find(ResourceType::kRoute, route, on_demand, snapshot);
    REQUIRE((full == nullptr) == (shell == nullptr));
    if (full == nullptr) continue;
    RouteConfiguration routes;
    REQUIRE(routes.ParseFromString(std::string(shell->message())));
    REQUIRE(routes.virtual_hosts().empty());
    REQUIRE(routes.vhds().config_source().has_ads());
    REQUIRE(routes.ParseFromString(std::string(full->message())));
    for (absl::string_view host : kAskedHosts) {
      const std::string name = absl::StrCat(route, "/", host);
      CAPTURE(name);
      const auto answer = translator.Find(ResourceType::kVirtualHost, name, on_demand, snapshot);
      VirtualHost answered;
      REQUIRE(answered.ParseFromString(std::string(answer->message())));
      REQUIRE(answered.name() == name);
      REQUIRE(answered.domains_size() == 1);
      if (!host.empty()) REQUIRE(answered.domains(0) == host);
      const VirtualHost* expected = Picked(routes, WithoutPort(host));
      REQUIRE(expected != nullptr);
      REQUIRE(MessageOf(answered) == MessageOf(*expected));
    }
  }
}

Contents AllContents(Translator& translator, const Node& node, const mesh::Snapshot& snapshot) {
  Contents contents;
  const auto proxy = translator.Classify(node, snapshot);
  for (ResourceType type : {ResourceType::kCluster, ResourceType::kEndpoint,
                            ResourceType::kListener, ResourceType::kRoute}) {
    for (const auto& resource : *translator.All(type, *proxy, snapshot)) {
      contents[absl::StrCat(ShortName(type), " ", resource->name())] =
          std::string(resource->delta_entry());
    }
  }
  for (const char* name : {"a", "b", "c"}) {
    const std::string full = absl::StrCat("kubernetes://", name, "-cacert");
    const auto secret = translator.Find(ResourceType::kSecret, full, *proxy, snapshot);
    if (secret != nullptr) contents[full] = std::string(secret->delta_entry());
  }
  AddAskedHosts(translator, *proxy, snapshot, contents);
  return contents;
}

// Random steps from one snapshot to the next, each compared with what is made
// from nothing.
class Walk {
 public:
  explicit Walk(unsigned seed) : random_(seed) {}

  void Step() {
    const auto before = snapshot_;
    snapshot_ = store_.Apply(RandomChange(random_, objects_));
    switch (random_() % 8) {
      case 0:
        return;  // several changes come as one
      case 1:
        if (before != nullptr) Compare(*before);  // a stream is late
        return;
      case 2:
        // So many changes that it is not known which.
        if (random_() % 8 == 0) {
          for (int i = 0; i < 70; ++i) snapshot_ = store_.Apply(RandomChange(random_, objects_));
        }
    }
    Compare(*snapshot_);
    if (random_() % 4 == 0) CompareWithAStoreMadeAnew();
  }

  const Translator& remembering() const { return remembering_; }
  int secrets() const { return secrets_; }

 private:
  void Compare(const mesh::Snapshot& snapshot) {
    Translator cold;
    for (const Node& node : nodes_) {
      CAPTURE(node.name);
      // Classes live as long as some stream holds them.
      held_.insert(remembering_.Classify(node, snapshot));
      const Contents warm = AllContents(remembering_, node, snapshot);
      secrets_ += static_cast<int>(std::count_if(warm.begin(), warm.end(), [](const auto& entry) {
        return entry.first.starts_with("kubernetes://");
      }));
      REQUIRE(warm == AllContents(cold, node, snapshot));
    }
    CompareWithWholeRoutes(remembering_, *remembering_.Classify(nodes_[0], snapshot),
                           *remembering_.Classify(nodes_[3], snapshot), snapshot);
  }

  void CompareWithAStoreMadeAnew() {
    Translator cold;
    mesh::Store anew(mesh::DefaultSettings());
    mesh::Change everything;
    for (const auto& [key, object] : objects_) everything.put.push_back(object);
    const auto rebuilt = anew.Apply(everything);
    for (const Node& node : nodes_) {
      CAPTURE(node.name);
      REQUIRE(AllContents(remembering_, node, *snapshot_) == AllContents(cold, node, *rebuilt));
    }
  }

  std::mt19937 random_;
  mesh::Store store_{mesh::DefaultSettings()};
  std::shared_ptr<const mesh::Snapshot> snapshot_;
  Translator remembering_;
  std::set<std::shared_ptr<const ProxyClass>> held_;
  Objects objects_;
  const std::vector<Node> nodes_ = Nodes();
  int secrets_ = 0;
};

TEST_CASE("after any changes, what is remembered is byte for byte what a cold translation makes") {
  // BINNACLE_INCREMENTAL_STEPS for a longer walk.
  const char* wanted = std::getenv("BINNACLE_INCREMENTAL_STEPS");
  const int steps = wanted == nullptr ? 500 : std::atoi(wanted);
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  Walk walk(seed);
  for (int step = 0; step < steps; ++step) {
    CAPTURE(step);
    walk.Step();
  }
  CHECK(walk.secrets() > 0);
  CHECK(walk.remembering().counts().hits > walk.remembering().counts().builds);
}

TEST_CASE("a step builds what its change touches, however large the mesh is") {
  mesh::Store store(mesh::DefaultSettings());
  auto mesh_of = [&](int services) {
    std::string yaml;
    for (int i = 0; i < services; ++i) {
      yaml += absl::Substitute(kTemplates[0], absl::StrCat("s", i), "one", i / 250, 1 + i % 250);
      yaml += "---";
    }
    return store.Apply(mesh::Putting(yaml));
  };
  auto builds_of_a_change = [&](int services) {
    const auto first = mesh_of(services);
    Translator translator;
    const auto held = translator.Classify(Nodes()[0], *first);
    AllContents(translator, Nodes()[0], *first);
    const auto next =
        store.Apply(mesh::Putting(absl::Substitute(kTemplates[2], "s1", "one", 7, 1)));
    const auto before = translator.counts();
    AllContents(translator, Nodes()[0], *next);
    store.Apply(
        {{}, {mesh::ObjectsFrom(absl::Substitute(kTemplates[2], "s1", "one", 7, 1))[0]->key}, {}});
    return translator.counts().builds - before.builds;
  };
  const auto few = builds_of_a_change(10);
  CHECK(few > 0);
  CHECK(few < 5);
  CHECK(builds_of_a_change(500) == few);
}

TEST_CASE("who asks for ever new names in a mesh that does not change has the old ones forgotten") {
  mesh::Store store(mesh::DefaultSettings());
  const auto snapshot =
      store.Apply(mesh::Putting(absl::Substitute(kTemplates[0], "a", "one", 1, 1)));
  Translator translator;
  Node node = Nodes()[0];
  node.on_demand_hosts = true;
  node.envoy = {1, 40};
  const auto proxy = translator.Classify(node, *snapshot);
  REQUIRE(proxy->on_demand_hosts);
  AllContents(translator, node, *snapshot);
  const auto find = [&](int i) {
    return translator.Find(ResourceType::kVirtualHost, absl::StrCat("80/h", i, ".example.org"),
                           *proxy, *snapshot);
  };
  const auto builds_of = [&](int i) {
    const auto before = translator.counts().builds;
    CHECK(find(i) != nullptr);
    return translator.counts().builds - before;
  };
  const ResourcePtr first = find(0);
  REQUIRE(first != nullptr);
  CHECK(builds_of(0) == 0);
  constexpr int kMany = 40'000;
  for (int i = 1; i < kMany; ++i) find(i);
  CHECK(builds_of(kMany - 1) == 0);
  CHECK(builds_of(0) == 1);
  CHECK(find(0)->version() == first->version());

  // What is referred to stays.
  const auto before = translator.counts().builds;
  for (ResourceType type : {ResourceType::kCluster, ResourceType::kEndpoint,
                            ResourceType::kListener, ResourceType::kRoute}) {
    CHECK_FALSE(translator.All(type, *proxy, *snapshot)->empty());
  }
  CHECK(translator.counts().builds == before);
}

TEST_CASE("sidecars that differ only in the services at them share what they send to others") {
  mesh::Store store(mesh::DefaultSettings());
  const auto snapshot = store.Apply(
      mesh::Putting(absl::StrCat(absl::Substitute(kTemplates[0], "a", "one", 1, 1), "---",
                                 absl::Substitute(kTemplates[0], "b", "one", 1, 2), "---",
                                 absl::Substitute(kTemplates[2], "a", "one", 1, 1), "---",
                                 absl::Substitute(kTemplates[2], "b", "one", 2, 1))));
  Translator translator;
  Node a = Nodes()[0];
  Node b = a;
  b.addresses = {"10.1.2.1"};
  const auto class_a = translator.Classify(a, *snapshot);
  const auto class_b = translator.Classify(b, *snapshot);
  REQUIRE(class_a != class_b);
  AllContents(translator, a, *snapshot);
  const auto before = translator.counts();
  const Contents of_b = AllContents(translator, b, *snapshot);
  // The clusters and the listener of its inbound side.
  CHECK(translator.counts().builds - before.builds == 2);
  Translator alone;
  CHECK(of_b == AllContents(alone, b, *snapshot));
}

}  // namespace
}  // namespace binnacle::translator
