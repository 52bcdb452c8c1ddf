// mesh/kubernetes_service.h
//
// A Kubernetes Service object as a mesh service.
// Spec  policy facts, section 6.
#pragma once

#include <memory>

#include "mesh/mesh_settings.h"
#include "mesh/service.h"
#include "policy/object.h"

namespace binnacle::mesh {

// "name.ns.svc.domain"
std::string KubernetesHost(absl::string_view name, absl::string_view ns, absl::string_view domain);

// `object` is of kind kService.
std::shared_ptr<const Service> FromKubernetesService(const policy::Object& object,
                                                     const MeshSettings& settings);

}  // namespace binnacle::mesh
