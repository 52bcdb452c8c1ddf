// policy/kind.h
//
// The kinds of object that a mesh is described with, and the words by which
// files and the Kubernetes API name them.
//
// Threads  all functions are pure.
// Spec     Istio networking, security and authentication APIs; Kubernetes
//          core/v1 and discovery.k8s.io/v1.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::policy {

enum class Kind : uint8_t {
  kGateway,
  kVirtualService,
  kDestinationRule,
  kServiceEntry,
  kWorkloadEntry,
  kPeerAuthentication,
  kMeshPolicy,
  kPolicy,
  kService,
  kEndpoints,
  kEndpointSlice,
  kPod,
  kNamespace,
  kNode,
  kSecret,
  kConfigMap,
  kServiceAccount,
};

inline constexpr int kKindCount = static_cast<int>(Kind::kServiceAccount) + 1;

// "VirtualService"
absl::string_view KindName(Kind kind);

// "networking.istio.io"; "" for the Kubernetes core group.
absl::string_view KindGroup(Kind kind);

// Every apiVersion in which the kind is accepted, newest first, for instance
// "networking.istio.io/v1". The span lives for ever.
absl::Span<const absl::string_view> KindApiVersions(Kind kind);

// MeshPolicy, Namespace and Node have no namespace.
bool IsClusterScoped(Kind kind);

// Kubernetes' own kinds, of which a mesh reads only some fields.
bool IsKubernetesKind(Kind kind);

// "networking.istio.io" of "networking.istio.io/v1"; "" of "v1".
absl::string_view ApiGroup(absl::string_view api_version);

// The kind of that name, whatever the version.
std::optional<Kind> FindKindInGroup(absl::string_view group, absl::string_view kind);

// The kind that the two words of a document name, if it is one of ours.
std::optional<Kind> FindKind(absl::string_view api_version, absl::string_view kind);

}  // namespace binnacle::policy
