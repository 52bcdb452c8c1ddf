// tests/mesh/mesh_from.h
//
// A mesh for tests, said in YAML: every document must be valid.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/mesh_settings.h"
#include "mesh/store.h"
#include "policy/document.h"

namespace binnacle::mesh {

inline std::vector<std::shared_ptr<const policy::Object>> ObjectsFrom(absl::string_view yaml) {
  const policy::Parsed parsed = policy::ParseDocuments(yaml, "mesh.yaml");
  for (const auto& finding : parsed.findings) {
    INFO(finding.ToString());
    CHECK(finding.severity != policy::Severity::kError);
  }
  return parsed.objects;
}

inline MeshSettings DefaultSettings() { return {WithDefaults({}), "cluster.local"}; }

inline Change Putting(absl::string_view yaml) { return {ObjectsFrom(yaml), {}, absl::Now()}; }

}  // namespace binnacle::mesh
