#include "translator/credential_fault.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../mesh/mesh_from.h"
#include "absl/strings/str_cat.h"
#include "pem_samples.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

using Reasons = std::vector<std::string>;

// `values`: "tls.crt: ..., tls.key: ..."
std::string Secret(absl::string_view ns, absl::string_view values) {
  return absl::StrCat("---\napiVersion: v1\nkind: Secret\nmetadata: {namespace: ", ns,
                      ", name: web}\nstringData: {", values, "}\n");
}

std::string Pair(absl::string_view certificate, absl::string_view key) {
  return absl::StrCat("tls.crt: ", Quoted(certificate), ", tls.key: ", Quoted(key));
}

std::string Gateway(absl::string_view tls) {
  return absl::StrCat(R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec:
  selector: {istio: ingress}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [a.example.com]
    tls: {)",
                      tls, "}\n");
}

Node Ingress() {
  Node node;
  node.type = ProxyType::kGateway;
  node.ns = "edge";
  node.labels = {{"istio", "ingress"}};
  node.authenticated = true;
  return node;
}

std::vector<CredentialFault> FaultsOf(const std::string& yaml, const Node& node = Ingress()) {
  mesh::Store store(mesh::DefaultSettings());
  const auto snapshot = store.Apply(mesh::Putting(yaml));
  Translator translator;
  const auto proxy = translator.Classify(node, *snapshot);
  return *translator.CredentialFaults(*proxy, *snapshot);
}

// For the Gateway with these settings, and these objects beside it.
Reasons Why(absl::string_view tls, const std::string& beside) {
  Reasons reasons;
  for (const CredentialFault& fault : FaultsOf(Gateway(tls) + beside)) {
    reasons.push_back(fault.reason);
  }
  return reasons;
}

constexpr char kSimple[] = "mode: SIMPLE, credentialName: web";
constexpr char kMutual[] = "mode: MUTUAL, credentialName: web";

}  // namespace

TEST_CASE("a Secret that is given is no fault, and neither are files and other modes") {
  CHECK(Why(kSimple, Secret("edge", Pair(kCertificate, kKey))).empty());
  CHECK(Why("mode: SIMPLE, serverCertificate: /c.pem, privateKey: /k.pem", "").empty());
  CHECK(Why("mode: ISTIO_MUTUAL", "").empty());
  CHECK(Why("mode: PASSTHROUGH", "").empty());
}

TEST_CASE("a fault names the Gateway, the server and the Secret") {
  const auto faults = FaultsOf(Gateway(kSimple));
  REQUIRE(faults.size() == 1);
  const CredentialFault& fault = faults.front();
  CHECK(fault.gateway.object->ToString() == "Gateway shop/front");
  CHECK(fault.server == "https");
  CHECK(fault.port == 443);
  CHECK(fault.hosts == Reasons{"a.example.com"});
  CHECK(fault.credential == "kubernetes://web");
  CHECK(fault.ns == "edge");
  CHECK(fault.reason == "there is no Secret edge/web");
}

TEST_CASE("each thing that can be wrong with a certificate is told apart") {
  const std::string start = "Secret edge/web cannot be used: ";
  const auto why = [](const std::string& values) { return Why(kSimple, Secret("edge", values)); };
  CHECK(why("other: text") ==
        Reasons{start +
                "it has no certificate with its key: neither tls.crt and tls.key nor cert and "
                "key"});
  CHECK(why(Pair("nonsense", kKey)) ==
        Reasons{start + "its certificate is none in PEM, or one above it is damaged"});
  CHECK(why(Pair(kCertificate, "nonsense")) ==
        Reasons{start + "its key is none in PEM, or locked with a password"});
  CHECK(why(Pair(kCertificate, kOtherKey)) ==
        Reasons{start + "its key is not that of its certificate"});
  CHECK(why(Pair(kShortCertificate, kShortKey)) ==
        Reasons{start +
                "its key is of a kind that Envoy does not take; it takes RSA from 2048 bits, "
                "P-256, P-384, P-521 and Ed25519"});
}

TEST_CASE("a Secret that lies where the Gateway does, and not its proxies, is pointed at") {
  CHECK(Why(kSimple, Secret("shop", Pair(kCertificate, kKey))) ==
        Reasons{"there is no Secret edge/web; shop/web is not looked at, as a gateway gets "
                "Secrets of its own namespace alone"});
  CHECK(Why("mode: SIMPLE, credentialName: shop/web", "") ==
        Reasons{"\"shop/web\" names a namespace: Secrets are had from the proxy's own, edge"});
}

TEST_CASE("roots that clients are to be checked with are asked for too") {
  CHECK(Why(kMutual, Secret("edge", Pair(kCertificate, kKey))) ==
        Reasons{"there is no Secret edge/web-cacert, and Secret edge/web cannot be used: it has "
                "no roots: neither cacert nor ca.crt"});
  CHECK(Why(kMutual, Secret("edge", Pair(kCertificate, kKey) + ", ca.crt: nonsense")) ==
        Reasons{"there is no Secret edge/web-cacert, and Secret edge/web cannot be used: its "
                "roots are no certificates in PEM"});
  CHECK(Why(kMutual, Secret("edge", Pair(kCertificate, kKey) + ", ca.crt: " + Quoted(kCertificate)))
            .empty());
}

TEST_CASE("a proxy that has not proved who it is gets no Secret, and that is said") {
  Node stranger = Ingress();
  stranger.authenticated = false;
  const auto faults =
      FaultsOf(Gateway(kSimple) + Secret("edge", Pair(kCertificate, kKey)), stranger);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults.front().reason, Catch::StartsWith("the proxy has not proved who it is"));
}

TEST_CASE("the faults of a class are the same until a Secret or a Gateway is another") {
  mesh::Store store(mesh::DefaultSettings());
  Translator translator;
  const auto first = store.Apply(mesh::Putting(Gateway(kSimple)));
  const auto proxy = translator.Classify(Ingress(), *first);
  const auto before = translator.CredentialFaults(*proxy, *first);
  const auto second =
      store.Apply(mesh::Putting("apiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n"));
  CHECK(translator.CredentialFaults(*proxy, *second) == before);
  const auto third = store.Apply(mesh::Putting(Secret("edge", Pair(kCertificate, kKey))));
  CHECK(translator.CredentialFaults(*proxy, *third)->empty());
}

}  // namespace binnacle::translator
