#include "translator/operation_name.h"

#include "absl/strings/str_cat.h"
#include "translator/cluster_name.h"

namespace binnacle::translator {

std::string OperationOf(absl::string_view cluster, absl::string_view fallback, uint32_t port) {
  const auto target = ParseOutboundClusterName(cluster);
  if (target.has_value()) return absl::StrCat(target->host, ":", target->port);
  return absl::StrCat(fallback, ":", port);
}

}  // namespace binnacle::translator
