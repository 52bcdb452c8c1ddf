#include "mesh/export_to.h"

#include <algorithm>

namespace binnacle::mesh {

bool ExportTo::VisibleTo(absl::string_view ns) const {
  return all || std::binary_search(namespaces.begin(), namespaces.end(), ns);
}

ExportTo ParseExportTo(const std::vector<std::string>& words, absl::string_view own) {
  ExportTo result;
  result.all = false;
  for (const std::string& word : words) {
    if (word == "*") return ExportTo{};
    if (word == "~") continue;
    result.namespaces.emplace_back(word == "." ? std::string(own) : word);
  }
  std::sort(result.namespaces.begin(), result.namespaces.end());
  result.namespaces.erase(std::unique(result.namespaces.begin(), result.namespaces.end()),
                          result.namespaces.end());
  return result;
}

}  // namespace binnacle::mesh
