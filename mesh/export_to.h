// mesh/export_to.h
//
// To which namespaces an object is visible.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::mesh {

struct ExportTo {
  bool all = true;
  std::vector<std::string> namespaces;  // sorted; read only when !all; may be empty

  bool VisibleTo(absl::string_view ns) const;

  friend bool operator==(const ExportTo&, const ExportTo&) = default;
  friend auto operator<=>(const ExportTo&, const ExportTo&) = default;
};

// `written` as in the object (".", "*", "~", namespace names), `fallback` the
// mesh default, used when `written` is empty; `own` the object's namespace.
template <typename Words>
ExportTo ResolveExportTo(const Words& written, const ExportTo& fallback, absl::string_view own);

ExportTo ParseExportTo(const std::vector<std::string>& words, absl::string_view own);

template <typename Words>
ExportTo ResolveExportTo(const Words& written, const ExportTo& fallback, absl::string_view own) {
  if (written.begin() == written.end()) return fallback;
  return ParseExportTo(std::vector<std::string>(written.begin(), written.end()), own);
}

}  // namespace binnacle::mesh
