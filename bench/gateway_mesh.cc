#include "bench/gateway_mesh.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace binnacle::bench {
namespace {

constexpr int kSimpleServers = 6;
constexpr int kMatches = 6;

constexpr absl::string_view kGatewayHead = R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: $0, namespace: gateways}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: $1
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: $1
    tls: {mode: ISTIO_MUTUAL}
)";

constexpr absl::string_view kSimpleServer =
    R"(  - port: {number: 443, name: https-simple-$0, protocol: HTTPS}
    hosts: $1
    tls:
      mode: SIMPLE
      serverCertificate: /etc/certs/servercert.pem
      privateKey: /etc/certs/privatekey.pem
)";

constexpr absl::string_view kRoutesHead = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: routes-$0, namespace: gateways}
spec:
  hosts: $1
  gateways: [$2]
  http:
  - match:
)";

constexpr absl::string_view kDestination = R"(    route:
    - destination: {host: backend-$0.example.com}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: backend-$0, namespace: gateways}
spec:
  hosts: [backend-$0.example.com]
  resolution: STATIC
  ports:
  - {number: 80, name: http, protocol: HTTP}
  endpoints:
  - {address: 10.1.2.3}
---
)";

std::string ThreeHosts(const std::string& of) {
  return absl::Substitute("[a.$0.example.com, b.$0.example.com, c.$0.example.com]", of);
}

}  // namespace

std::string GatewaysOfTheirOwn(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string name = absl::StrCat("shop-", i);
    const std::string hosts = ThreeHosts(name);
    absl::SubstituteAndAppend(&text, kGatewayHead, name, hosts);
    for (int s = 0; s < kSimpleServers; ++s) {
      absl::SubstituteAndAppend(&text, kSimpleServer, s, hosts);
    }
    text += "---\n";
    absl::SubstituteAndAppend(&text, kRoutesHead, i, hosts, name);
    absl::SubstituteAndAppend(&text, "    - uri: {prefix: /route-$0}\n", i);
    absl::SubstituteAndAppend(&text, kDestination, i);
  }
  return text;
}

std::string SharedGateway(int count) {
  const std::string hosts = ThreeHosts("shop");
  std::string text = absl::Substitute(kGatewayHead, "shop", hosts) + "---\n";
  for (int i = 0; i < count; ++i) {
    absl::SubstituteAndAppend(&text, kRoutesHead, i, hosts, "shop");
    for (int m = 0; m < kMatches; ++m) {
      absl::SubstituteAndAppend(&text, "    - uri: {prefix: /route-$0-$1}\n", m, i);
    }
    absl::SubstituteAndAppend(&text, kDestination, i);
  }
  return text;
}

}  // namespace binnacle::bench
