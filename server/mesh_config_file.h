// server/mesh_config_file.h
//
// MeshConfig from a YAML file: bare, or inside the ConfigMap in which people
// have it (data key "mesh").
//
// Threads  pure but for reading the file.
// Errors   as findings: any error means that the file must not be used.
// Spec     Istio mesh.v1alpha1 MeshConfig.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/finding.h"
#include "proto/policy/mesh_config.pb.h"

namespace binnacle::server {

struct MeshConfigFile {
  policy::v1::MeshConfig config;
  std::vector<policy::Finding> findings;  // not to be used if HasErrors()
};

MeshConfigFile ParseMeshConfig(absl::string_view text, const std::string& file);

// kNotFound if the file cannot be read.
absl::StatusOr<MeshConfigFile> ReadMeshConfig(const std::string& path);

}  // namespace binnacle::server
