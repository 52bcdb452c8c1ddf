// mesh/gateway_name.h
//
// The gateways that a VirtualService names, as "namespace/name" or "mesh".
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::mesh {

inline constexpr absl::string_view kMeshGateway = "mesh";

// `written` is "ns/name", "name", the legacy "name.ns.svc.domain", or "mesh";
// a bare name is of namespace `own`.
std::string ResolveGatewayName(absl::string_view written, absl::string_view own);

// An empty list means the mesh alone.
template <typename Names>
std::vector<std::string> ResolveGatewayNames(const Names& written, absl::string_view own) {
  std::vector<std::string> names;
  for (const auto& name : written) names.push_back(ResolveGatewayName(name, own));
  if (names.empty()) names.emplace_back(kMeshGateway);
  return names;
}

}  // namespace binnacle::mesh
