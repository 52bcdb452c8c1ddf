#include "mesh/store.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/substitute.h"
#include "mesh/lookup.h"
#include "mesh_from.h"

namespace binnacle::mesh {
namespace {

constexpr char kReviews[] = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec:
  clusterIP: 10.0.0.1
  selector: {app: reviews}
  ports: [{name: http, port: 80, targetPort: web}, {name: tcp-db, port: 3306}]
)";

constexpr char kReviewsPod[] = R"(
apiVersion: v1
kind: Pod
metadata: {name: reviews-1, namespace: shop, labels: {app: reviews, version: v1}}
spec:
  serviceAccountName: reviewer
  nodeName: node-a
  containers: [{name: app, ports: [{name: web, containerPort: 9080}]}]
status: {podIP: 10.1.0.1}
)";

const std::vector<Endpoint>& EndpointsOf(const Snapshot& snapshot, absl::string_view name) {
  const auto* endpoints = snapshot.Find<FactKind::kEndpoints>(name);
  REQUIRE(endpoints != nullptr);
  return *endpoints;
}

TEST_CASE("a Kubernetes Service becomes a service under its full host name") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(kReviews));

  const auto* services = snapshot->Find<FactKind::kServices>("reviews.shop.svc.cluster.local");
  REQUIRE(services != nullptr);
  const Service& service = *services->front();
  CHECK(service.ns == "shop");
  CHECK(service.addresses == std::vector<std::string>{"10.0.0.1"});
  REQUIRE(service.ports.size() == 2);
  CHECK(service.ports[0].protocol == Protocol::kHttp);
  CHECK(service.ports[1].protocol == Protocol::kTcp);
  CHECK(*snapshot->Find<FactKind::kPorts>("") == std::vector<uint32_t>{80, 3306});
}

TEST_CASE("hosts of a port are special there unless all their services speak plain HTTP") {
  Store store(DefaultSettings());
  constexpr absl::string_view kServices = R"(
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80, name: http}, {port: 81, name: tcp}, {port: 82, name: grpc-web}]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: own, namespace: shop}
spec: {hosts: [plain.com, other.com], ports: [{number: 80, name: http, protocol: HTTP}]}
)";
  constexpr absl::string_view kAlsoOther = R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: foreign, namespace: web}
spec: {hosts: [other.com], ports: [{number: 443, name: tls, protocol: TLS}]}
)";
  const auto first = store.Apply(Putting(kServices));
  CHECK(first->Find<FactKind::kHostsOnPort>("80")->size() == 3);
  CHECK(first->Find<FactKind::kSpecialHostsOnPort>("80") == nullptr);
  const HostList web = {"web.shop.svc.cluster.local"};
  CHECK(*first->Find<FactKind::kSpecialHostsOnPort>("81") == web);
  CHECK(*first->Find<FactKind::kSpecialHostsOnPort>("82") == web);

  // To clients in `web` it now has no port 80 at all.
  const auto joined = store.Apply(Putting(kAlsoOther));
  CHECK(*joined->Find<FactKind::kSpecialHostsOnPort>("80") == HostList{"other.com"});
  View view(*joined);
  CHECK(SpecialHostsOnPort(view, "web", 80).size() == 1);
  CHECK(AnyPlainHttpHostOnPort(view, "web", 80));
  CHECK_FALSE(AnyPlainHttpHostOnPort(view, "web", 443));
}

TEST_CASE("pods that a Service selects are its endpoints where no slice lists them") {
  Store store(DefaultSettings());
  store.Apply(Putting(kReviews));
  const auto snapshot = store.Apply(Putting(kReviewsPod));

  const auto& endpoints = EndpointsOf(*snapshot, "shop/reviews.shop.svc.cluster.local");
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].address == "10.1.0.1");
  CHECK(endpoints[0].ports == std::vector<uint32_t>{9080, 3306});
  CHECK(endpoints[0].workload->labels.at("version") == "v1");
  CHECK(*snapshot->Find<FactKind::kServiceAccounts>("shop/reviews.shop.svc.cluster.local") ==
        std::vector<std::string>{"spiffe://cluster.local/ns/shop/sa/reviewer"});
  const auto* here = snapshot->Find<FactKind::kWorkloadServices>("10.1.0.1");
  REQUIRE(here != nullptr);
  CHECK(here->front().service->host == "reviews.shop.svc.cluster.local");
}

TEST_CASE("an EndpointSlice counts rather than the selector, and tells who is ready") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(std::string(kReviews) + "---" + kReviewsPod + R"(
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: reviews-x, namespace: shop, labels: {kubernetes.io/service-name: reviews}}
addressType: IPv4
ports: [{name: http, port: 9080}]
endpoints:
- {addresses: [10.1.0.1], conditions: {ready: true}}
- {addresses: [10.1.0.2], conditions: {ready: false}}
- {addresses: [10.1.0.3], conditions: {ready: false, serving: true, terminating: true}}
)"));

  const auto& endpoints = EndpointsOf(*snapshot, "shop/reviews.shop.svc.cluster.local");
  REQUIRE(endpoints.size() == 3);
  CHECK(endpoints[0].address == "10.1.0.1");
  CHECK(endpoints[0].ports == std::vector<uint32_t>{9080, 0});
  CHECK(endpoints[0].workload->name == "reviews-1");
  CHECK(endpoints[0].health == Health::kHealthy);
  CHECK(endpoints[1].health == Health::kUnhealthy);
  CHECK(endpoints[2].health == Health::kDraining);
}

TEST_CASE("a pod that is not ready keeps its place among its services") {
  Store store(DefaultSettings());
  std::string pod = kReviewsPod;
  pod.replace(pod.find("{podIP"), 1, "{conditions: [{type: Ready, status: 'False'}], ");
  const auto snapshot = store.Apply(Putting(std::string(kReviews) + "---" + pod));
  CHECK(EndpointsOf(*snapshot, "shop/reviews.shop.svc.cluster.local")[0].health ==
        Health::kUnhealthy);
  CHECK(snapshot->Find<FactKind::kWorkloadServices>("10.1.0.1") != nullptr);
}

TEST_CASE("a node's labels place its pods, whichever comes first") {
  Store store(DefaultSettings());
  store.Apply(Putting(std::string(kReviews) + "---" + kReviewsPod));
  const auto snapshot = store.Apply(Putting(R"(
apiVersion: v1
kind: Node
metadata:
  name: node-a
  labels: {topology.kubernetes.io/region: eu, topology.kubernetes.io/zone: eu-1}
)"));
  CHECK(EndpointsOf(*snapshot, "shop/reviews.shop.svc.cluster.local")[0].workload->locality ==
        Locality{"eu", "eu-1", ""});
}

TEST_CASE("a ServiceEntry takes workloads of its namespace that its selector picks") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ratings, namespace: shop}
spec:
  hosts: [ratings.example.com]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
  workloadSelector: {labels: {app: ratings}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm-1, namespace: shop}
spec: {address: 10.2.0.1, labels: {app: ratings}, serviceAccount: vm, weight: 3}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm-2, namespace: elsewhere}
spec: {address: 10.2.0.2, labels: {app: ratings}}
)"));
  const auto& endpoints = EndpointsOf(*snapshot, "shop/ratings.example.com/ratings");
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].address == "10.2.0.1");
  CHECK(endpoints[0].ports == std::vector<uint32_t>{8080});
  CHECK(endpoints[0].weight == 3);
  CHECK(endpoints[0].workload->tls_capable);
}

TEST_CASE("a DNS ServiceEntry without endpoints is reached by its own name") {
  Store store(DefaultSettings());
  const auto snapshot = store.Apply(Putting(R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: shop}
spec:
  hosts: [api.example.com]
  resolution: DNS
  ports: [{number: 443, name: tls, protocol: TLS}]
)"));
  CHECK(EndpointsOf(*snapshot, "shop/api.example.com/api")[0].address == "api.example.com");
}

TEST_CASE("ServiceEntries that share a host are one service with the ports of all") {
  constexpr char kEntry[] = R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: $0, namespace: shop}
spec:
  hosts: [api.example.com]
  resolution: STATIC
  ports: [{number: $1, name: p, protocol: HTTP}]
  endpoints: [{address: 10.3.0.$2}]
)";
  Store store(DefaultSettings());
  store.Apply(Putting(absl::Substitute(kEntry, "plain", 80, 1)));
  const auto both = store.Apply(Putting(absl::Substitute(kEntry, "secure", 443, 2)));

  const auto* services = both->Find<FactKind::kServices>("api.example.com");
  REQUIRE(services->size() == 1);
  CHECK(services->front()->ports.size() == 2);
  const auto& endpoints = EndpointsOf(*both, services->front()->FactName());
  REQUIRE(endpoints.size() == 2);
  CHECK(endpoints[0].ports == std::vector<uint32_t>{80, 0});
  CHECK(endpoints[1].ports == std::vector<uint32_t>{0, 443});

  const auto one = store.Apply({{}, {{policy::Kind::kServiceEntry, "shop", "plain"}}, absl::Now()});
  const auto& left = EndpointsOf(*one, "shop/api.example.com/secure");
  REQUIRE(left.size() == 1);
  CHECK(left[0].ports == std::vector<uint32_t>{443});
  CHECK(one->Find<FactKind::kEndpoints>("shop/api.example.com/plain") == nullptr);
}

TEST_CASE("removing an object leaves no trace of it") {
  Store store(DefaultSettings());
  const auto objects = ObjectsFrom(std::string(kReviews) + "---" + kReviewsPod + R"(
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, port: {number: 80}}}]}]}
)");
  store.Apply({objects, {}, absl::Now()});
  std::vector<policy::ObjectKey> keys;
  keys.reserve(objects.size());
  for (const auto& object : objects) keys.push_back(object->key);
  const auto snapshot = store.Apply({{}, keys, absl::Now()});

  CHECK(snapshot->Find<FactKind::kServices>("reviews.shop.svc.cluster.local") == nullptr);
  CHECK(snapshot->Find<FactKind::kEndpoints>("shop/reviews.shop.svc.cluster.local") == nullptr);
  CHECK(snapshot->Find<FactKind::kWorkloadServices>("10.1.0.1") == nullptr);
  CHECK(snapshot->Find<FactKind::kDestinationRules>("shop/reviews.shop.svc.cluster.local") ==
        nullptr);
  CHECK(snapshot->Find<FactKind::kMeshVirtualServices>("reviews.shop.svc.cluster.local") ==
        nullptr);
  CHECK(snapshot->Find<FactKind::kPublicHosts>("")->empty());
  CHECK(snapshot->Find<FactKind::kPorts>("")->empty());
  CHECK(store.objects().empty());
}

TEST_CASE("a change touches the facts it bears on and no others") {
  Store store(DefaultSettings());
  store.Apply(Putting(std::string(kReviews) + "---" + kReviewsPod));
  const auto before = store.snapshot();
  std::string moved = kReviewsPod;
  moved.replace(moved.find("10.1.0.1"), 8, "10.1.0.9");
  const auto after = store.Apply(Putting(moved));

  auto id = [](FactKind kind, absl::string_view name) { return IdOf(kind, name); };
  const auto changed = *after->ChangedSince(before->revision());
  auto has = [&](FactId fact) {
    return std::find(changed.begin(), changed.end(), fact) != changed.end();
  };
  CHECK(has(id(FactKind::kEndpoints, "shop/reviews.shop.svc.cluster.local")));
  CHECK(has(id(FactKind::kWorkloadServices, "10.1.0.9")));
  CHECK(has(id(FactKind::kWorkloadServices, "10.1.0.1")));
  CHECK(has(id(FactKind::kPodsAt, "10.1.0.9")));
  CHECK(has(id(FactKind::kPodsAt, "10.1.0.1")));
  CHECK(changed.size() == 5);
  CHECK(after->revision() == before->revision() + 1);
}

TEST_CASE("a batch that changes nothing makes no new snapshot") {
  Store store(DefaultSettings());
  store.Apply(Putting(kReviewsPod));
  const auto before = store.snapshot();
  CHECK(store.Apply({{}, {{policy::Kind::kPod, "shop", "unheard-of"}}, absl::Now()}) == before);
}

}  // namespace
}  // namespace binnacle::mesh
