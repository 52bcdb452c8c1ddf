#include "policy/finding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

std::string Place(const Finding& finding) {
  if (finding.file.empty()) return "";
  if (finding.line == 0) return absl::StrCat(finding.file, ": ");
  return absl::StrCat(finding.file, ":", finding.line, ":", finding.column, ": ");
}

std::string Subject(const Finding& finding) {
  if (finding.kind.empty()) return "";
  if (finding.name.empty()) return absl::StrCat(finding.kind, ": ");
  if (finding.ns.empty()) return absl::StrCat(finding.kind, " ", finding.name, ": ");
  return absl::StrCat(finding.kind, " ", finding.ns, "/", finding.name, ": ");
}

}  // namespace

std::string Finding::ToString() const {
  return absl::StrCat(Place(*this), severity == Severity::kWarning ? "warning: " : "",
                      Subject(*this), field, field.empty() ? "" : ": ", message,
                      remedy.empty() ? "" : absl::StrCat(" (", remedy, ")"));
}

bool HasErrors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kError; });
}

}  // namespace binnacle::policy
