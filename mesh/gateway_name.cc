#include "mesh/gateway_name.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace binnacle::mesh {

std::string ResolveGatewayName(absl::string_view written, absl::string_view own) {
  if (written == kMeshGateway) return std::string(written);
  if (absl::StrContains(written, '/')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(written, absl::MaxSplits('/', 1));
    return absl::StrCat(parts[0] == "." ? own : parts[0], "/", parts[1]);
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(written, '.');
  if (labels.size() > 1) return absl::StrCat(labels[1], "/", labels[0]);
  return absl::StrCat(own, "/", written);
}

}  // namespace binnacle::mesh
