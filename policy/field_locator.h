// policy/field_locator.h
//
// From a field's path back to the place where it was written.
//
// Threads  pure.
#pragma once

#include "absl/strings/string_view.h"
#include "policy/yaml.h"

namespace binnacle::policy {

// Where `path`, as validators spell it, stands below `root`: a scalar's or a
// list item's own place, a collection's key. A field that is not there has the
// place of its nearest parent.
Mark LocateField(const YamlNode& root, absl::string_view path);

}  // namespace binnacle::policy
