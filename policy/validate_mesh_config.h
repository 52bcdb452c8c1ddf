// policy/validate_mesh_config.h
//
// The rules of MeshConfig and of the ProxyConfig inside it.
//
// Threads  pure.
// Spec     Istio mesh.v1alpha1 MeshConfig, ProxyConfig.
#pragma once

#include "policy/validate.h"
#include "proto/policy/mesh_config.pb.h"

namespace binnacle::policy {

// Paths begin at MeshConfig's own fields: "defaultConfig.statusPort".
void ValidateMeshConfig(const v1::MeshConfig& config, Report& report);

}  // namespace binnacle::policy
