// policy/export_to_rule.h
//
// exportTo: the namespaces that may see an object. "." is the object's own,
// "*" all, "~" none.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "policy/place.h"

namespace binnacle::policy {

struct ExportToRule {
  bool none_allowed = false;      // "~", which then stands alone
  bool only_own_allowed = false;  // just "." (or the namespace itself)
};

// `field` of `at` holds the list; `ns` is the object's own namespace.
void CheckExportTo(const google::protobuf::RepeatedPtrField<std::string>& export_to,
                   absl::string_view ns, ExportToRule rule, const Place& at,
                   absl::string_view field = "exportTo");

}  // namespace binnacle::policy
