// tests/policy/told.h
//
// What a user is told about a text: every finding as it is printed.
#pragma once

#include <string>
#include <vector>

#include "policy/document.h"

namespace binnacle::policy {

using Told = std::vector<std::string>;

inline Told TellAll(const std::vector<Finding>& findings) {
  Told told;
  for (const Finding& finding : findings) told.push_back(finding.ToString());
  return told;
}

inline Told Tell(absl::string_view text, const std::string& file = "f.yaml") {
  return TellAll(ParseDocuments(text, file).findings);
}

}  // namespace binnacle::policy
