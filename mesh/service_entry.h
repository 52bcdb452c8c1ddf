// mesh/service_entry.h
//
// A ServiceEntry object as mesh services, one for each host.
// Spec  policy facts, section 1.4.
#pragma once

#include <memory>
#include <vector>

#include "mesh/mesh_settings.h"
#include "mesh/service.h"
#include "policy/object.h"

namespace binnacle::mesh {

// `object` is of kind kServiceEntry.
std::vector<std::shared_ptr<const Service>> FromServiceEntry(const policy::Object& object,
                                                             const MeshSettings& settings);

}  // namespace binnacle::mesh
