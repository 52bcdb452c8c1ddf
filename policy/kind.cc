#include "policy/kind.h"

#include <array>

namespace binnacle::policy {
namespace {

constexpr absl::string_view kNetworking[] = {
    "networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"};
constexpr absl::string_view kSecurity[] = {"security.istio.io/v1", "security.istio.io/v1beta1"};
constexpr absl::string_view kAuthentication[] = {"authentication.istio.io/v1alpha1"};
constexpr absl::string_view kCore[] = {"v1"};
constexpr absl::string_view kDiscovery[] = {"discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"};

struct Entry {
  Kind kind;
  absl::string_view name;
  absl::string_view group;
  absl::Span<const absl::string_view> api_versions;
};

constexpr absl::string_view kNetworkingGroup = "networking.istio.io";
constexpr absl::string_view kAuthenticationGroup = "authentication.istio.io";

// In the order of the enumeration.
const std::array<Entry, kKindCount>& Entries() {
  static const std::array<Entry, kKindCount> entries = {{
      {Kind::kGateway, "Gateway", kNetworkingGroup, kNetworking},
      {Kind::kVirtualService, "VirtualService", kNetworkingGroup, kNetworking},
      {Kind::kDestinationRule, "DestinationRule", kNetworkingGroup, kNetworking},
      {Kind::kServiceEntry, "ServiceEntry", kNetworkingGroup, kNetworking},
      {Kind::kWorkloadEntry, "WorkloadEntry", kNetworkingGroup, kNetworking},
      {Kind::kPeerAuthentication, "PeerAuthentication", "security.istio.io", kSecurity},
      {Kind::kMeshPolicy, "MeshPolicy", kAuthenticationGroup, kAuthentication},
      {Kind::kPolicy, "Policy", kAuthenticationGroup, kAuthentication},
      {Kind::kService, "Service", "", kCore},
      {Kind::kEndpoints, "Endpoints", "", kCore},
      {Kind::kEndpointSlice, "EndpointSlice", "discovery.k8s.io", kDiscovery},
      {Kind::kPod, "Pod", "", kCore},
      {Kind::kNamespace, "Namespace", "", kCore},
      {Kind::kNode, "Node", "", kCore},
      {Kind::kSecret, "Secret", "", kCore},
      {Kind::kConfigMap, "ConfigMap", "", kCore},
      {Kind::kServiceAccount, "ServiceAccount", "", kCore},
  }};
  return entries;
}

const Entry& EntryOf(Kind kind) { return Entries()[static_cast<size_t>(kind)]; }

}  // namespace

absl::string_view KindName(Kind kind) { return EntryOf(kind).name; }

absl::string_view KindGroup(Kind kind) { return EntryOf(kind).group; }

absl::Span<const absl::string_view> KindApiVersions(Kind kind) {
  return EntryOf(kind).api_versions;
}

bool IsClusterScoped(Kind kind) {
  return kind == Kind::kMeshPolicy || kind == Kind::kNamespace || kind == Kind::kNode;
}

bool IsKubernetesKind(Kind kind) { return kind >= Kind::kService; }

absl::string_view ApiGroup(absl::string_view api_version) {
  const size_t slash = api_version.find('/');
  return slash == absl::string_view::npos ? "" : api_version.substr(0, slash);
}

std::optional<Kind> FindKindInGroup(absl::string_view group, absl::string_view kind) {
  for (const Entry& entry : Entries()) {
    if (entry.name == kind && entry.group == group) return entry.kind;
  }
  return std::nullopt;
}

std::optional<Kind> FindKind(absl::string_view api_version, absl::string_view kind) {
  const std::optional<Kind> found = FindKindInGroup(ApiGroup(api_version), kind);
  if (!found.has_value()) return std::nullopt;
  for (absl::string_view accepted : KindApiVersions(*found)) {
    if (accepted == api_version) return found;
  }
  return std::nullopt;
}

}  // namespace binnacle::policy
