#include "translator/tls_check.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "translator/cluster.h"
#include "translator/destination.h"

namespace binnacle::translator {
namespace {

constexpr char kHost[] = "reviews.shop.svc.cluster.local";

std::string Service(const std::string& more = "clusterIP: 10.96.0.10") {
  return absl::StrCat("---\napiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: ",
                      "shop}\nspec: {", more,
                      ", selector: {app: reviews}, ports: [{name: http, port: 80, targetPort: "
                      "8080}, {name: tcp, port: 90, targetPort: 8090}]}\n");
}

std::string Pod(const std::string& name, const std::string& address, bool sidecar = true,
                const std::string& account = "reviews") {
  return absl::StrCat("---\napiVersion: v1\nkind: Pod\nmetadata: {name: ", name,
                      ", namespace: shop, labels: {app: reviews, version: ", name,
                      sidecar ? ", security.istio.io/tlsMode: istio" : "",
                      "}}\nspec: {serviceAccountName: ", account,
                      ", containers: [{name: app}]}\nstatus: {phase: Running, podIP: ", address,
                      "}\n");
}

const std::string kReviews = Service() + Pod("v1", "10.0.0.1");
const std::string kMixed = kReviews + Pod("v2", "10.0.0.2", /*sidecar=*/false);

std::string Peer(const std::string& ns, const std::string& name, const std::string& spec) {
  return absl::StrCat("---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: ",
                      "{name: ", name, ", namespace: ", ns, "}\nspec: ", spec, "\n");
}

std::string MeshPolicy(const std::string& spec) {
  return absl::StrCat(
      "---\napiVersion: authentication.istio.io/v1alpha1\nkind: MeshPolicy\nmetadata: ",
      "{name: default}\nspec: ", spec, "\n");
}

std::string Policy(const std::string& name, const std::string& spec) {
  return absl::StrCat("---\napiVersion: authentication.istio.io/v1alpha1\nkind: Policy\nmetadata: ",
                      "{name: ", name, ", namespace: shop}\nspec: ", spec, "\n");
}

std::string Rule(const std::string& ns, const std::string& name, const std::string& spec,
                 const std::string& host = kHost) {
  return absl::StrCat(
      "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: ", "{name: ", name,
      ", namespace: ", ns, "}\nspec: {host: '", host, "', ", spec, "}\n");
}

std::string RuleMode(const std::string& mode) {
  return Rule("shop", "reviews", "trafficPolicy: {tls: {mode: " + mode + "}}");
}

const std::string kStrict = MeshPolicy("{peers: [{mtls: {}}]}");
const std::string kPermissive = MeshPolicy("{peers: [{mtls: {mode: PERMISSIVE}}]}");

mesh::MeshSettings AutoOff() {
  mesh::MeshSettings settings = mesh::DefaultSettings();
  settings.config.mutable_enable_auto_mtls()->set_value(false);
  return settings;
}

// A mesh, and a client of it: a sidecar in namespace "web" unless told.
struct Mesh {
  explicit Mesh(const std::string& yaml, mesh::MeshSettings settings = mesh::DefaultSettings())
      : store(std::move(settings)), snapshot(store.Apply(mesh::Putting(yaml))), view(*snapshot) {
    client.ns = "web";
    client.envoy = {1, 40};
  }

  std::vector<TlsCheck> Rows(const std::string& host = kHost) {
    return CheckTlsTo(view, client, host);
  }
  TlsCheck At(uint32_t port = 80, const std::string& host = kHost) {
    for (TlsCheck& row : Rows(host)) {
      if (row.port == port) return row;
    }
    FAIL("no row for port " << port);
    return {};
  }
  // "OK mTLS <- HTTP/mTLS policy rule", as little as tells cases apart.
  std::string Brief(uint32_t port = 80, const std::string& host = kHost) {
    const TlsCheck row = At(port, host);
    return absl::StrCat(row.conflict ? "CONFLICT" : "OK", " ", row.server, " <- ", row.client, " ",
                        row.authn_policy, " ", row.destination_rule);
  }
  std::string Why(uint32_t port = 80, const std::string& host = kHost) {
    return At(port, host).explanation;
  }

  mesh::Store store;
  std::shared_ptr<const mesh::Snapshot> snapshot;
  mesh::View view;
  ProxyClass client;
};

}  // namespace

TEST_CASE("without any policy a service takes both, and automatic mutual TLS is sent") {
  Mesh mesh(kReviews);
  CHECK(mesh.Brief() == "OK HTTP/mTLS <- mTLS - -");
  CHECK(mesh.Why().empty());
  CHECK(mesh.At().policy_origin.empty());
  CHECK(mesh.At().rule_origin.empty());
  CHECK(Mesh(kReviews, AutoOff()).Brief() == "OK HTTP/mTLS <- HTTP - -");
}

TEST_CASE("there is one row for each service port, by host and port, less UDP") {
  Mesh mesh(kReviews +
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: web}\nspec: "
            "{clusterIP: 10.96.0.11, ports: [{name: http, port: 9000}, {name: http-2, port: 80}, "
            "{name: dns, port: 53, protocol: UDP}]}\n");
  std::vector<std::string> rows;
  for (const TlsCheck& row : CheckTls(mesh.view, mesh.client)) {
    rows.push_back(absl::StrCat(row.host, ":", row.port));
  }
  CHECK(rows == std::vector<std::string>{
                    "a.web.svc.cluster.local:80", "a.web.svc.cluster.local:9000",
                    "reviews.shop.svc.cluster.local:80", "reviews.shop.svc.cluster.local:90"});
  CHECK(mesh.Rows("nowhere.shop.svc.cluster.local").empty());
}

TEST_CASE("policies of 2018 meet rules of 2018") {
  const auto brief = [](const std::string& policies) {
    return Mesh(kReviews + policies, AutoOff()).Brief();
  };
  const std::string mutual = RuleMode("ISTIO_MUTUAL");
  const std::string off = RuleMode("DISABLE");
  CHECK(brief(kStrict) == "CONFLICT mTLS <- HTTP default/ -");
  CHECK(brief(kStrict + mutual) == "OK mTLS <- mTLS default/ reviews/shop");
  CHECK(brief(kStrict + off) == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK(brief(kPermissive) == "OK HTTP/mTLS <- HTTP default/ -");
  CHECK(brief(kPermissive + mutual) == "OK HTTP/mTLS <- mTLS default/ reviews/shop");
  CHECK(brief(kPermissive + off) == "OK HTTP/mTLS <- HTTP default/ reviews/shop");
  const std::string none = Policy("reviews", "{targets: [{name: reviews}]}");
  CHECK(brief(kStrict + none) == "OK HTTP <- HTTP reviews/shop -");
  CHECK(brief(kStrict + none + mutual) == "CONFLICT HTTP <- mTLS reviews/shop reviews/shop");
  CHECK(brief(kStrict + Policy("default", "{peers: [{mtls: {mode: PERMISSIVE}}]}")) ==
        "OK HTTP/mTLS <- HTTP default/shop -");
}

TEST_CASE("the usual rule of 2018 for every local host is found in the root namespace") {
  const std::string usual =
      Rule("istio-system", "default", "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}", "*.local");
  CHECK(Mesh(kReviews + kStrict + usual, AutoOff()).Brief() ==
        "OK mTLS <- mTLS default/ default/istio-system");
}

TEST_CASE("a policy of 2018 for one port leaves the others alone") {
  Mesh mesh(kReviews + kPermissive +
                Policy("tcp",
                       "{targets: [{name: reviews, ports: [{number: 90}]}], "
                       "peers: [{mtls: {}}]}"),
            AutoOff());
  CHECK(mesh.Brief(80) == "OK HTTP/mTLS <- HTTP default/ -");
  CHECK(mesh.Brief(90) == "CONFLICT mTLS <- HTTP tcp/shop -");
}

TEST_CASE("services that share a workload's port share the policy that its proxy goes by") {
  const std::string twin =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: twin, namespace: shop}\nspec: "
      "{clusterIP: 10.96.0.13, selector: {app: reviews}, ports: [{name: http, port: 80, "
      "targetPort: 8080}]}\n";
  const std::string mesh = kReviews + twin + kStrict;
  const std::string twins_host = "twin.shop.svc.cluster.local";
  // The proxy goes by "reviews", which comes first.
  Mesh of_first(mesh + Policy("reviews", "{targets: [{name: reviews}]}"));
  CHECK(of_first.Brief(80) == "OK HTTP <- HTTP reviews/shop -");
  CHECK(of_first.Brief(80, twins_host) == "OK HTTP <- HTTP reviews/shop -");
  Mesh of_second(mesh + Policy("twin", "{targets: [{name: twin}]}"));
  CHECK(of_second.Brief(80) == "OK mTLS <- mTLS default/ -");
  CHECK(of_second.Brief(80, twins_host) == "OK mTLS <- mTLS default/ -");
}

TEST_CASE("with automatic mutual TLS clients follow what servers take") {
  const std::string none = Policy("reviews", "{targets: [{name: reviews}]}");
  CHECK(Mesh(kReviews + kStrict).Brief() == "OK mTLS <- mTLS default/ -");
  CHECK(Mesh(kReviews + kStrict + none).Brief() == "OK HTTP <- HTTP reviews/shop -");
  CHECK(Mesh(kReviews + Peer("shop", "plain", "{mtls: {mode: DISABLE}}")).Brief() ==
        "OK HTTP <- HTTP plain/shop -");
}

TEST_CASE("PeerAuthentications of mesh, namespace, workload and port are told apart") {
  const std::string off = RuleMode("DISABLE");
  const std::string of_mesh = Peer("istio-system", "mesh", "{mtls: {mode: STRICT}}");
  const std::string of_ns = Peer("shop", "ns", "{mtls: {mode: PERMISSIVE}}");
  const std::string own =
      Peer("shop", "own",
           "{selector: {matchLabels: {app: reviews}}, mtls: {mode: PERMISSIVE}, "
           "portLevelMtls: {8090: {mode: STRICT}}}");
  CHECK(Mesh(kReviews + of_mesh + off).Brief() ==
        "CONFLICT mTLS <- HTTP mesh/istio-system reviews/shop");
  CHECK(Mesh(kReviews + of_mesh + of_ns + off).Brief() ==
        "OK HTTP/mTLS <- HTTP ns/shop reviews/shop");
  Mesh by_port(kReviews + of_mesh + own + off);
  CHECK(by_port.Brief(80) == "OK HTTP/mTLS <- HTTP own/shop reviews/shop");
  CHECK(by_port.Brief(90) == "CONFLICT mTLS <- HTTP own/shop reviews/shop");
}

TEST_CASE("a conflict is told with what fails and what to change, and where both are written") {
  Mesh mesh(kReviews + Peer("shop", "strict", "{mtls: {mode: STRICT}}") + RuleMode("DISABLE"));
  CHECK(mesh.Why() ==
        "plaintext is refused, as v1.shop takes mutual TLS only and DestinationRule reviews/shop "
        "says DISABLE: set tls.mode ISTIO_MUTUAL in DestinationRule reviews/shop or leave tls out "
        "of it");
  CHECK(mesh.At().policy_origin == "mesh.yaml:13");
  CHECK(mesh.At().rule_origin == "mesh.yaml:18");
}

TEST_CASE("without automatic mutual TLS a strict server asks for a rule") {
  Mesh none(kReviews + kStrict, AutoOff());
  CHECK(none.Why() ==
        "plaintext is refused, as v1.shop takes mutual TLS only and no DestinationRule asks for "
        "it, with enableAutoMtls false: add a DestinationRule for "
        "reviews.shop.svc.cluster.local with tls.mode ISTIO_MUTUAL, or turn enableAutoMtls on");
  Mesh silent(kReviews + kStrict +
                  Rule("shop", "reviews", "trafficPolicy: {loadBalancer: {simple: RANDOM}}"),
              AutoOff());
  CHECK(silent.Brief() == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK_THAT(silent.Why(), Catch::Contains("DestinationRule reviews/shop has no tls"));
}

TEST_CASE("a port's block replaces the rule's tls, also by none") {
  const std::string rule =
      Rule("shop", "reviews",
           "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 90}, "
           "loadBalancer: {simple: RANDOM}}]}");
  Mesh mesh(kReviews + kStrict + rule, AutoOff());
  CHECK(mesh.Brief(80) == "OK mTLS <- mTLS default/ reviews/shop");
  CHECK(mesh.Brief(90) == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK_THAT(mesh.Why(90), Catch::Contains("the block for port 90"));
  CHECK(Mesh(kReviews + kStrict + rule).Brief(90) == "OK mTLS <- mTLS default/ reviews/shop");
}

TEST_CASE("mutual TLS for a policy that takes plaintext only is a conflict") {
  Mesh mesh(kReviews + Peer("shop", "plain", "{mtls: {mode: DISABLE}}") + RuleMode("ISTIO_MUTUAL"));
  CHECK(mesh.Brief() == "CONFLICT HTTP <- mTLS plain/shop reviews/shop");
  CHECK(mesh.Why() ==
        "mutual TLS is refused, as DestinationRule reviews/shop says ISTIO_MUTUAL and "
        "PeerAuthentication plain/shop has v1.shop take plaintext only: make the policy PERMISSIVE "
        "or STRICT, or leave tls out of the rule");
}

TEST_CASE("an endpoint without a sidecar takes plaintext only") {
  Mesh plain(kMixed);
  CHECK(plain.Brief() == "OK HTTP/mTLS <- HTTP/mTLS - -");
  CHECK(plain.Why() == "endpoints differ: of 2, 0 take mutual TLS only and 1 plaintext only");
  CHECK(Mesh(kMixed + kStrict).Brief() == "OK HTTP/mTLS <- HTTP/mTLS default/ -");

  Mesh mutual(kMixed + RuleMode("ISTIO_MUTUAL"));
  CHECK(mutual.Brief() == "CONFLICT HTTP/mTLS <- mTLS - reviews/shop");
  CHECK(mutual.Why() ==
        "mutual TLS is refused, as DestinationRule reviews/shop says ISTIO_MUTUAL and v2.shop (1 "
        "of 2 endpoints) has no sidecar (no label security.istio.io/tlsMode: istio): give it one, "
        "or leave tls out of the rule, so that it is used only where it is taken");
}

TEST_CASE("a service whose endpoints all lack sidecars is plaintext whatever policies say") {
  Mesh mesh(Service() + Pod("v1", "10.0.0.1", false) + kStrict);
  CHECK(mesh.Brief() == "OK HTTP <- HTTP default/ -");
  CHECK(mesh.Why() == "no endpoint has a sidecar");
}

TEST_CASE("one strict workload among others makes plaintext a conflict") {
  Mesh mesh(kReviews + Pod("v2", "10.0.0.2") + RuleMode("DISABLE") +
            Peer("shop", "v2", "{selector: {matchLabels: {version: v2}}, mtls: {mode: STRICT}}"));
  CHECK(mesh.Brief() == "CONFLICT HTTP/mTLS <- HTTP v2/shop reviews/shop");
  CHECK_THAT(mesh.Why(), Catch::Contains("v2.shop (1 of 2 endpoints) takes mutual TLS only"));
}

TEST_CASE("a service that runs nowhere is judged by its namespace's policies") {
  Mesh mesh(Service() + kStrict + RuleMode("DISABLE"));
  CHECK(mesh.Brief() == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK(Mesh(Service() + kStrict).Why() == "no endpoint is known");
  Mesh headless(Service("clusterIP: None") + kStrict);
  CHECK(headless.Brief() == "OK mTLS <- mTLS default/ -");
}

TEST_CASE("a headless service gets mutual TLS only if every endpoint takes it") {
  const std::string one = Service("clusterIP: None") + Pod("v1", "10.0.0.1");
  CHECK(Mesh(one + kStrict).Brief() == "OK mTLS <- mTLS default/ -");
  Mesh two(one + Pod("v2", "10.0.0.2", false) + kStrict);
  CHECK(two.Brief() == "CONFLICT HTTP/mTLS <- HTTP default/ -");
  CHECK_THAT(two.Why(), Catch::Contains("not every endpoint takes mutual TLS"));
}

TEST_CASE("a namespace that takes plaintext keeps clients from sending more to a strict workload") {
  Mesh mesh(kReviews + Peer("shop", "ns", "{mtls: {mode: DISABLE}}") +
            Peer("shop", "own", "{selector: {matchLabels: {app: reviews}}, mtls: {mode: STRICT}}"));
  CHECK(mesh.Brief() == "CONFLICT mTLS <- HTTP own/shop -");
  CHECK_THAT(mesh.Why(), Catch::Contains("the PeerAuthentication at mesh.yaml:13 has clients"));
}

TEST_CASE("a client without an agent, or without a proxy, sends plaintext") {
  Mesh mesh(kReviews + kStrict + RuleMode("ISTIO_MUTUAL"));
  mesh.client.agent = false;
  CHECK(mesh.Brief() == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK_THAT(mesh.Why(), Catch::Contains("the client's proxy has no agent"));
  mesh.client.agent = true;
  mesh.client.type = ProxyType::kGrpc;
  CHECK(mesh.Brief() == "CONFLICT mTLS <- HTTP default/ reviews/shop");
}

TEST_CASE("TLS of another kind passes a sidecar only where HTTP is not expected") {
  const std::string simple = RuleMode("SIMPLE");
  Mesh mesh(kReviews + simple);
  CHECK(mesh.Brief(80) == "CONFLICT HTTP/mTLS <- HTTP - reviews/shop");
  CHECK_THAT(mesh.Why(80), Catch::Contains("the sidecar of v1.shop expects HTTP at port 80"));
  CHECK(mesh.Brief(90) == "OK HTTP/mTLS <- HTTP - reviews/shop");
  CHECK_THAT(mesh.Why(90), Catch::Contains("TLS of its own (SIMPLE)"));
  Mesh strict(kReviews + simple + kStrict);
  CHECK(strict.Brief(90) == "CONFLICT mTLS <- HTTP default/ reviews/shop");
  CHECK_THAT(strict.Why(90), Catch::Contains("takes the mesh's mutual TLS only"));
  CHECK(Mesh(Service() + Pod("v1", "10.0.0.1", false) + simple).Brief(80) ==
        "OK HTTP <- HTTP - reviews/shop");
  CHECK(Mesh(kReviews + simple + MeshPolicy("{peers: [{mtls: {allowTls: true}}]}")).Brief(80) ==
        "OK mTLS <- HTTP default/ reviews/shop");
}

TEST_CASE("a secret that is for gateways leaves a sidecar with plaintext") {
  Mesh mesh(kReviews + kStrict +
            Rule("shop", "reviews", "trafficPolicy: {tls: {mode: SIMPLE, credentialName: roots}}"));
  CHECK_THAT(mesh.Why(), Catch::Contains("names a secret that sidecars are not given"));
  mesh.client.type = ProxyType::kGateway;
  CHECK_THAT(mesh.Why(), Catch::Contains("says SIMPLE"));
}

TEST_CASE("a rule that accepts other names than the server's own is a conflict") {
  const auto rule = [](const std::string& name) {
    return Rule("shop", "reviews",
                "trafficPolicy: {tls: {mode: ISTIO_MUTUAL, subjectAltNames: ['" + name + "']}}");
  };
  CHECK_FALSE(Mesh(kReviews + rule("spiffe://cluster.local/ns/shop/sa/reviews")).At().conflict);
  Mesh mesh(kReviews + rule("spiffe://cluster.local/ns/shop/sa/ratings"));
  CHECK(mesh.At().conflict);
  CHECK(mesh.Why() ==
        "the server's certificate is refused, as DestinationRule reviews/shop accepts only "
        "spiffe://cluster.local/ns/shop/sa/ratings and v1.shop is "
        "spiffe://cluster.local/ns/shop/sa/reviews: correct subjectAltNames");
}

TEST_CASE("a server of which no service account is known is remarked on") {
  const std::string entry =
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: vm, "
      "namespace: shop}\nspec: {hosts: [vm.example.com], location: MESH_INTERNAL, resolution: "
      "STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: "
      "10.1.0.1, labels: {security.istio.io/tlsMode: istio}}]}\n";
  Mesh mesh(entry);
  CHECK(mesh.Brief(80, "vm.example.com") == "OK HTTP/mTLS <- mTLS - -");
  CHECK(mesh.Why(80, "vm.example.com") ==
        "no service account is known, so any identity of the mesh is accepted");
}

TEST_CASE("a service outside the mesh takes plaintext, and no policy is about it") {
  const std::string entry =
      "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: out, "
      "namespace: shop}\nspec: {hosts: [out.example.com], resolution: DNS, ports: [{number: 443, "
      "name: tls, protocol: TLS}]}\n";
  CHECK(Mesh(entry + kStrict).Brief(443, "out.example.com") == "OK HTTP <- HTTP - -");
  CHECK(Mesh(entry).Why(443, "out.example.com") == "outside the mesh");
  Mesh mutual(entry +
              Rule("shop", "out", "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}", "out.example.com"));
  CHECK(mutual.Brief(443, "out.example.com") == "CONFLICT HTTP <- mTLS - out/shop");
  CHECK_THAT(mutual.Why(443, "out.example.com"), Catch::Contains("is outside the mesh"));
}

TEST_CASE("the client's namespace has the first word on rules, then the service's, then the root") {
  const std::string mutual = "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}";
  const std::string off = "trafficPolicy: {tls: {mode: DISABLE}}";
  const std::string of_root = Rule("istio-system", "root", mutual);
  const std::string of_service = Rule("shop", "service", off);
  const std::string of_client = Rule("web", "client", mutual);
  CHECK(Mesh(kReviews + of_root, AutoOff()).Brief() == "OK HTTP/mTLS <- mTLS - root/istio-system");
  CHECK(Mesh(kReviews + of_root + of_service, AutoOff()).Brief() ==
        "OK HTTP/mTLS <- HTTP - service/shop");
  CHECK(Mesh(kReviews + of_root + of_service + of_client, AutoOff()).Brief() ==
        "OK HTTP/mTLS <- mTLS - client/web");
}

TEST_CASE("subsets do not count, but one whose own TLS conflicts is told of") {
  const std::string subsets =
      "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}, subsets: [{name: good, labels: {version: v1}}, "
      "{name: bad, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}}]";
  Mesh mesh(kReviews + kStrict + Rule("shop", "reviews", subsets));
  CHECK(mesh.Brief() == "OK mTLS <- mTLS default/ reviews/shop");
  CHECK(mesh.At().conflicting_subsets == std::vector<std::string>{"bad"});
  CHECK_THAT(mesh.Why(), Catch::StartsWith("in subset bad plaintext is refused"));
  CHECK_THAT(mesh.Why(), !Catch::Contains("in subset good"));
}

TEST_CASE("without a client each service is seen from its own namespace") {
  Mesh mesh(kReviews + kStrict +
            Rule("shop", "near", "trafficPolicy: {tls: {mode: DISABLE}}, exportTo: ['.']") +
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: own, namespace: web, "
            "annotations: {networking.istio.io/exportTo: '.'}}\nspec: {clusterIP: 10.96.0.12, "
            "ports: [{name: http, port: 80}]}\n");
  CHECK_FALSE(mesh.At().conflict);
  const auto rows = CheckTlsWithin(mesh.view, {"shop", "web"});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].host == "own.web.svc.cluster.local");
  CHECK(rows[1].destination_rule == "near/shop");
  CHECK(rows[1].conflict);
}

namespace {

// What the client's real cluster does: "plaintext", "tls", or "by endpoint".
std::string Socket(Mesh& mesh, uint32_t port) {
  for (const Destination& destination : FindDestinations(mesh.view, mesh.client, kHost)) {
    if (destination.port->number != port || !destination.subset.empty()) continue;
    const auto cluster = BuildOutboundCluster(mesh.view, mesh.client, destination);
    const auto& message = cluster->message;
    if (message.transport_socket_matches_size() > 0) return "by endpoint";
    return message.has_transport_socket() ? "tls" : "plaintext";
  }
  return "no cluster";
}

}  // namespace

TEST_CASE("what the check says a client sends is what its cluster is told to do") {
  for (const bool automatic : {true, false}) {
    for (const bool agent : {true, false}) {
      for (const std::string mode : {"", "DISABLE", "SIMPLE", "ISTIO_MUTUAL"}) {
        for (const std::string service : {"clusterIP: 10.96.0.10", "clusterIP: None"}) {
          Mesh mesh(Service(service) + Pod("v1", "10.0.0.1") + (mode.empty() ? "" : RuleMode(mode)),
                    automatic ? mesh::DefaultSettings() : AutoOff());
          mesh.client.agent = agent;
          CAPTURE(automatic, agent, mode, service);
          const std::string socket = Socket(mesh, 90);
          const bool other = absl::StrContains(mesh.Why(90), "TLS of its own");
          const bool mesh_tls = mesh.At(90).client == "mTLS";
          CHECK((socket == "plaintext") == (!other && !mesh_tls));
          if (socket == "tls") CHECK(other == (mode == "SIMPLE"));
        }
      }
    }
  }
}

}  // namespace binnacle::translator
