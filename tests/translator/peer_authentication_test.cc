#include "translator/peer_authentication.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "mesh/lookup.h"

namespace binnacle::translator {
namespace {

constexpr char kService[] = R"(
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: default}
spec: {clusterIP: 10.96.0.10, ports: [{name: http, port: 80}, {name: tcp, port: 90}]}
---
)";

// What a workload labelled app=reviews asks of its callers.
class Workload {
 public:
  explicit Workload(const std::string& policies) : store_(mesh::DefaultSettings()) {
    snapshot_ = store_.Apply(mesh::Putting(absl::StrCat(kService, policies)));
    proxy_.ns = "default";
    proxy_.labels = {{"app", "reviews"}};
  }

  // At port 8080, which is service port 80, or 8090, which is 90, or any other.
  InboundAuthentication At(uint32_t port) {
    mesh::View view(*snapshot_);
    Origins origins;
    const auto* service = mesh::FindService(view, "reviews.default.svc.cluster.local", "default");
    REQUIRE(service != nullptr);
    if (port == 8080 || port == 8090) {
      return AuthenticationAt(view, proxy_, port, service, service->FindPort(port - 8000), origins);
    }
    return AuthenticationAt(view, proxy_, port, nullptr, nullptr, origins);
  }

  std::vector<uint32_t> OwnPorts() {
    mesh::View view(*snapshot_);
    return PortsWithOwnMode(view, proxy_);
  }

  MutualTlsMode Mode(uint32_t port) { return At(port).mode; }

 private:
  mesh::Store store_;
  std::shared_ptr<const mesh::Snapshot> snapshot_;
  ProxyClass proxy_;
};

std::string Peer(const char* ns, const char* name, const char* spec) {
  return absl::StrCat("---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: ",
                      "{name: ", name, ", namespace: ", ns, "}\nspec: ", spec, "\n");
}

std::string MeshPolicy(const char* spec) {
  return absl::StrCat(
      "---\napiVersion: authentication.istio.io/v1alpha1\nkind: MeshPolicy\nmetadata: ",
      "{name: default}\nspec: ", spec, "\n");
}

std::string Policy(const char* name, const char* spec) {
  return absl::StrCat("---\napiVersion: authentication.istio.io/v1alpha1\nkind: Policy\nmetadata: ",
                      "{name: ", name, ", namespace: default}\nspec: ", spec, "\n");
}

constexpr auto kDisable = MutualTlsMode::kDisable;
constexpr auto kPermissive = MutualTlsMode::kPermissive;
constexpr auto kStrict = MutualTlsMode::kStrict;

}  // namespace

TEST_CASE("without any policy both are taken") {
  Workload workload("");
  CHECK(workload.Mode(8080) == kPermissive);
  CHECK(workload.At(8080).certificate_required);
  CHECK(workload.OwnPorts().empty());
}

TEST_CASE("the nearer scope decides, and UNSET leaves it to the wider one") {
  const std::string mesh = Peer("istio-system", "mesh", "{mtls: {mode: STRICT}}");
  const std::string ns = Peer("default", "ns", "{mtls: {mode: DISABLE}}");
  const std::string unset = Peer("default", "ns", "{mtls: {mode: UNSET}}");
  const std::string own =
      Peer("default", "own", "{selector: {matchLabels: {app: reviews}}, mtls: {mode: PERMISSIVE}}");
  CHECK(Workload(mesh).Mode(8080) == kStrict);
  CHECK(Workload(mesh + ns).Mode(8080) == kDisable);
  CHECK(Workload(mesh + unset).Mode(8080) == kStrict);
  CHECK(Workload(mesh + ns + own).Mode(8080) == kPermissive);
}

TEST_CASE("a port's own mode beats its workload's, and UNSET is the workload's") {
  Workload workload(Peer("default", "own",
                         "{selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}, "
                         "portLevelMtls: {9999: {mode: PERMISSIVE}, 8080: {mode: DISABLE}, "
                         "8090: {mode: UNSET}}}"));
  CHECK(workload.Mode(8080) == kDisable);
  CHECK(workload.Mode(8090) == kStrict);
  CHECK(workload.Mode(9999) == kPermissive);
  CHECK(workload.Mode(1) == kStrict);
  CHECK(workload.OwnPorts() == std::vector<uint32_t>{8080, 8090, 9999});
}

TEST_CASE("a selector in the root namespace makes a policy none at all") {
  CHECK(Workload(Peer("istio-system", "own",
                      "{selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}}"))
            .Mode(8080) == kPermissive);
}

TEST_CASE("a selector for other workloads does not count") {
  Workload workload(Peer("default", "other",
                         "{selector: {matchLabels: {app: other}}, mtls: {mode: STRICT}, "
                         "portLevelMtls: {8080: {mode: DISABLE}}}"));
  CHECK(workload.Mode(8080) == kPermissive);
  CHECK(workload.OwnPorts().empty());
}

TEST_CASE("in 2018's words mtls without more is STRICT, and no peers are plaintext") {
  CHECK(Workload(MeshPolicy("{peers: [{mtls: {}}]}")).Mode(8080) == kStrict);
  CHECK(Workload(MeshPolicy("{peers: [{mtls: null}]}")).Mode(8080) == kStrict);
  CHECK(Workload(MeshPolicy("{peers: [{mtls: {mode: PERMISSIVE}}]}")).Mode(8080) == kPermissive);
  CHECK(Workload(MeshPolicy("{}")).Mode(8080) == kDisable);
  CHECK(Workload(MeshPolicy("{peers: [{mtls: {}}], peerIsOptional: true}")).Mode(8080) ==
        kPermissive);
}

TEST_CASE("2018's allowTls takes TLS without a certificate") {
  Workload workload(MeshPolicy("{peers: [{mtls: {allowTls: true}}]}"));
  CHECK(workload.Mode(8080) == kStrict);
  CHECK_FALSE(workload.At(8080).certificate_required);
}

TEST_CASE("of 2018's policies the port's beats the service's, the namespace's and the mesh's") {
  const std::string mesh = MeshPolicy("{peers: [{mtls: {}}]}");
  const std::string ns = Policy("default", "{peers: [{mtls: {mode: PERMISSIVE}}]}");
  const std::string service = Policy("a-service", "{targets: [{name: reviews}]}");
  const std::string port =
      Policy("b-port", "{targets: [{name: reviews, ports: [{name: tcp}]}], peers: [{mtls: {}}]}");
  const std::string other = Policy("c-other", "{targets: [{name: ratings}], peers: [{mtls: {}}]}");
  CHECK(Workload(mesh + ns).Mode(8080) == kPermissive);
  CHECK(Workload(mesh + ns + other).Mode(8080) == kPermissive);
  CHECK(Workload(mesh + ns + service).Mode(8080) == kDisable);
  Workload all(mesh + ns + service + port + other);
  CHECK(all.Mode(8080) == kDisable);
  CHECK(all.Mode(8090) == kStrict);
  CHECK(all.Mode(1) == kPermissive);
}

TEST_CASE("2018's targets are hosts: a ServiceEntry of that name is not meant") {
  const auto mode = [](const std::string& host) {
    mesh::Store store(mesh::DefaultSettings());
    const auto snapshot = store.Apply(mesh::Putting(absl::StrCat(
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: reviews, "
        "namespace: default}\nspec: {hosts: [",
        host, "], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]}\n",
        Policy("reviews", "{targets: [{name: reviews}], peers: [{mtls: {}}]}"))));
    mesh::View view(*snapshot);
    const auto* service = mesh::FindService(view, host, "default");
    REQUIRE(service != nullptr);
    return AuthenticationAt(view, "default", {}, 80, service, service->FindPort(80)).mode;
  };
  CHECK(mode("reviews.example.com") == kPermissive);
  CHECK(mode("reviews.default.svc.cluster.local") == kStrict);
}

TEST_CASE("a PeerAuthentication that decides leaves nothing to 2018's policies") {
  const std::string old = MeshPolicy("{peers: [{mtls: {}}]}");
  CHECK(Workload(old + Peer("istio-system", "mesh", "{mtls: {mode: PERMISSIVE}}")).Mode(8080) ==
        kPermissive);
  CHECK(Workload(old + Peer("istio-system", "mesh", "{mtls: {mode: UNSET}}")).Mode(8080) ==
        kStrict);
}

}  // namespace binnacle::translator
