#include "bench/mesh_generator.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace binnacle::bench {
namespace {

constexpr int kFilesPerDirectory = 1000;

constexpr absl::string_view kServiceEntry = R"(apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: svc-$0, namespace: $1}
spec:
  hosts: [$2]
  addresses: [$3]
  ports:
  - {number: 80, name: http, protocol: HTTP}
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints:
)";

constexpr absl::string_view kKubernetesService = R"(apiVersion: v1
kind: Service
metadata: {name: svc-$0, namespace: $1}
spec:
  clusterIP: $2
  selector: {app: svc-$0}
  ports:
  - {name: http, port: 80, targetPort: 80, protocol: TCP}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: svc-$0-1
  namespace: $1
  labels: {kubernetes.io/service-name: svc-$0}
addressType: IPv4
ports:
- {name: http, port: 80, protocol: TCP}
endpoints:
)";

constexpr absl::string_view kPod = R"(apiVersion: v1
kind: Pod
metadata:
  name: svc-$0-$1
  namespace: $2
  labels: {app: svc-$0, version: $3}
spec:
  serviceAccountName: svc-$0
  containers:
  - {name: app, image: app}
status:
  podIP: $4
  phase: Running
---
)";

constexpr absl::string_view kDestinationRule = R"(apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: svc-$0, namespace: $1}
spec:
  host: $2
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 100, connectTimeout: 5s}
  subsets:
)";

constexpr absl::string_view kVirtualService = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: svc-$0, namespace: $1}
spec:
  hosts: [$2]
  http:
  - match:
    - uri: {prefix: $3}
    timeout: 10s
    route:
    - destination: {host: $2, subset: v0}
      weight: 90
    - destination: {host: $2, subset: $4}
      weight: 10
  - route:
    - destination: {host: $2, subset: v0}
---
)";

constexpr absl::string_view kGateway = R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gateway-$0, namespace: gateways}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [shop-$0.example.com]
    tls:
      mode: SIMPLE
      serverCertificate: /etc/certs/servercert.pem
      privateKey: /etc/certs/privatekey.pem
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: gateway-$0, namespace: gateways}
spec:
  hosts: [shop-$0.example.com]
  gateways: [gateway-$0]
  http:
  - match:
    - uri: {prefix: /shop-$0}
    route:
    - destination: {host: $1}
---
)";

constexpr absl::string_view kPeerAuthentication = R"(apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: $0}
spec:
  mtls: {mode: PERMISSIVE}
---
)";

// A number as two numbers of three digits: so no text is the start of another.
std::pair<int, int> ThreeDigits(int number) {
  return {100 + number / 150 % 150, 100 + number % 150};
}

absl::Status WriteWhole(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const std::string draft = absl::StrCat(path.string(), ".new");
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) std::filesystem::rename(draft, path, error);
  if (out && !error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write ", path.string(), error ? ": " + error.message() : ""));
}

}  // namespace

std::string EndpointAddress(int service, int endpoint) {
  return absl::StrCat("10.", 1 + endpoint % 99, ".", service / 250 % 250, ".", service % 250 + 1);
}

std::string MeshGenerator::NamespaceOf(int service) const {
  if (shape_.namespaces <= 1) return "mesh";
  return absl::StrCat("mesh-", service % shape_.namespaces);
}

std::string MeshGenerator::HostOf(int service) const {
  if (!shape_.kubernetes) return absl::StrCat("svc-", service, ".mesh.example.com");
  return absl::StrCat("svc-", service, ".", NamespaceOf(service), ".svc.cluster.local");
}

int MeshGenerator::files() const {
  const int each = std::max(1, shape_.services_per_file);
  return (shape_.services + each - 1) / each;
}

std::string MeshGenerator::FileName(int file) const {
  return absl::StrCat("services/", file / kFilesPerDirectory, "/services-", file, ".yaml");
}

std::string MeshGenerator::FileText(int file) const {
  const int each = std::max(1, shape_.services_per_file);
  std::string text;
  for (int i = file * each; i < std::min(shape_.services, (file + 1) * each); ++i) {
    AppendService(i, text);
  }
  return text;
}

std::string MeshGenerator::MeshWideText() const {
  std::string text;
  for (int host = 0; host < shape_.gateway_hosts; ++host) AppendGateway(host, text);
  if (!shape_.peer_authentication) return text;
  absl::SubstituteAndAppend(&text, kPeerAuthentication, "istio-system");
  for (int i = 0; i < std::max(1, shape_.namespaces); ++i) {
    absl::SubstituteAndAppend(&text, kPeerAuthentication, NamespaceOf(i));
  }
  return text;
}

std::string MeshGenerator::AllText() const {
  std::string text;
  for (int file = 0; file < files(); ++file) text += FileText(file);
  return text + MeshWideText();
}

absl::Status MeshGenerator::WriteAll(const std::string& directory) const {
  const std::filesystem::path root(directory);
  for (int file = 0; file < files(); ++file) {
    if (auto written = WriteWhole(root / FileName(file), FileText(file)); !written.ok()) {
      return written;
    }
  }
  const std::string rest = MeshWideText();
  return rest.empty() ? absl::OkStatus() : WriteWhole(root / "mesh-wide.yaml", rest);
}

absl::Status MeshGenerator::WriteFileOf(int service, const std::string& directory) const {
  const int file = service / std::max(1, shape_.services_per_file);
  return WriteWhole(std::filesystem::path(directory) / FileName(file), FileText(file));
}

std::string MeshGenerator::ChangeEndpoint(int service) {
  const int serial = serial_++;
  const auto [third, fourth] = ThreeDigits(serial);
  // 10.100.0.0 to 10.127.255.255: neither an endpoint's at first, nor a proxy's.
  first_address_[service] = absl::StrCat("10.", 100 + serial / 22500 % 28, ".", third, ".", fourth);
  return first_address_[service];
}

std::string MeshGenerator::ChangeRoute(int service) {
  route_prefix_[service] = absl::StrCat("/changed-", absl::Dec(serial_++, absl::kZeroPad8));
  return route_prefix_[service];
}

std::string MeshGenerator::AddressOf(int service, int endpoint) const {
  const auto changed = first_address_.find(service);
  if (endpoint == 0 && changed != first_address_.end()) return changed->second;
  return EndpointAddress(service, endpoint);
}

void MeshGenerator::AppendService(int service, std::string& text) const {
  if (shape_.kubernetes) {
    AppendKubernetes(service, text);
  } else {
    AppendServiceEntry(service, text);
  }
  if (shape_.subsets == 0) return;
  AppendDestinationRule(service, text);
  AppendVirtualService(service, text);
}

void MeshGenerator::AppendServiceEntry(int service, std::string& text) const {
  const std::string address =
      absl::StrCat("240.", service / 62500, ".", service / 250 % 250, ".", service % 250 + 1);
  absl::SubstituteAndAppend(&text, kServiceEntry, service, NamespaceOf(service), HostOf(service),
                            address);
  for (int e = 0; e < shape_.endpoints; ++e) {
    absl::SubstituteAndAppend(&text, "  - {address: $0, labels: {app: svc-$1, version: v$2}}\n",
                              AddressOf(service, e), service, e % std::max(1, shape_.subsets));
  }
  text += "---\n";
}

void MeshGenerator::AppendKubernetes(int service, std::string& text) const {
  const std::string address =
      absl::StrCat("172.", 16 + service / 62500, ".", service / 250 % 250, ".", service % 250 + 1);
  const std::string ns = NamespaceOf(service);
  absl::SubstituteAndAppend(&text, kKubernetesService, service, ns, address);
  for (int e = 0; e < shape_.endpoints; ++e) {
    absl::SubstituteAndAppend(&text,
                              "- {addresses: [$0], conditions: {ready: true}, "
                              "targetRef: {kind: Pod, name: svc-$1-$2, namespace: $3}}\n",
                              AddressOf(service, e), service, e, ns);
  }
  text += "---\n";
  for (int e = 0; e < shape_.endpoints; ++e) {
    const std::string version = absl::StrCat("v", e % std::max(1, shape_.subsets));
    absl::SubstituteAndAppend(&text, kPod, service, e, ns, version, AddressOf(service, e));
  }
}

void MeshGenerator::AppendDestinationRule(int service, std::string& text) const {
  absl::SubstituteAndAppend(&text, kDestinationRule, service, NamespaceOf(service),
                            HostOf(service));
  for (int i = 0; i < shape_.subsets; ++i) {
    absl::SubstituteAndAppend(&text, "  - {name: v$0, labels: {version: v$0}}\n", i);
  }
  text += "---\n";
}

void MeshGenerator::AppendVirtualService(int service, std::string& text) const {
  const auto changed = route_prefix_.find(service);
  const std::string prefix = changed == route_prefix_.end() ? "/unchanged-now" : changed->second;
  absl::SubstituteAndAppend(&text, kVirtualService, service, NamespaceOf(service), HostOf(service),
                            prefix, absl::StrCat("v", shape_.subsets - 1));
}

void MeshGenerator::AppendGateway(int host, std::string& text) const {
  absl::SubstituteAndAppend(&text, kGateway, host, HostOf(host % std::max(1, shape_.services)));
}

}  // namespace binnacle::bench
