// mesh/virtual_service_list.h
//
// VirtualServices bound to a Gateway object, each with what of it can be known
// without regard to the proxy and to the Gateway: routes and listeners of each
// class of gateways ask for it again and again.
//
// Spec  policy facts, sections 1.2 and 5.1.
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mesh/export_to.h"
#include "mesh/mesh_settings.h"
#include "mesh/packed_texts.h"
#include "policy/object.h"

namespace binnacle::mesh {

struct ListedVirtualService {
  std::shared_ptr<const policy::Object> object;  // of kind kVirtualService
  ExportTo export_to;
  absl::Span<const absl::string_view> hosts;  // resolved
  PackedTexts texts;                          // where they lie
};

std::shared_ptr<const ListedVirtualService> ListVirtualService(
    std::shared_ptr<const policy::Object> object, const MeshSettings& settings);

// In order of precedence.
using VirtualServiceList = std::vector<std::shared_ptr<const ListedVirtualService>>;

}  // namespace binnacle::mesh
