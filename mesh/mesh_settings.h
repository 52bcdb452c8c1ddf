// mesh/mesh_settings.h
//
// Mesh-wide settings: MeshConfig as given, with the defaults filled in.
#pragma once

#include <string>

#include "proto/policy/mesh_config.pb.h"

namespace binnacle::mesh {

struct MeshSettings {
  policy::v1::MeshConfig config;  // defaults filled in (see WithDefaults)
  std::string domain = "cluster.local";
};

// Fills in the documented default of every field that `given` leaves unset:
// root namespace istio-system, auto mTLS on, outbound traffic allowed, ...
policy::v1::MeshConfig WithDefaults(const policy::v1::MeshConfig& given);

}  // namespace binnacle::mesh
