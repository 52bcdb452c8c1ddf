// tests/sources/told.h
//
// A batch as the lines that a reader of a test wants to see.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sources/batch.h"

namespace binnacle::sources {

using Told = std::vector<std::string>;

// "+DestinationRule default/a at f.yaml:1", "-Gateway default/g", then findings.
inline Told Tell(const Batch& batch) {
  Told told;
  for (const auto& object : batch.put) {
    told.push_back(absl::StrCat("+", object->key.ToString(), " at ", object->origin.ToString()));
  }
  for (const auto& key : batch.removed) told.push_back(absl::StrCat("-", key.ToString()));
  for (const auto& finding : batch.findings) told.push_back(finding.ToString());
  return told;
}

inline std::string Rule(absl::string_view name, absl::string_view host = "reviews") {
  return absl::StrCat(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: ", name,
      "}\nspec: {host: ", host, "}\n");
}

}  // namespace binnacle::sources
