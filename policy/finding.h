// policy/finding.h
//
// A Finding is one thing that a person should know about a policy document:
// an error (the object is refused) or a warning (it is accepted).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/object.h"

namespace binnacle::policy {

enum class Severity : uint8_t { kError, kWarning };

struct Finding {
  std::string code;  // stable, for scripts: "unknown-field", "bad-host", ...
  Severity severity = Severity::kError;
  std::string kind;  // as written, may be empty when the document has none
  std::string ns;
  std::string name;
  std::string file;
  uint32_t line = 0;    // from 1
  uint32_t column = 0;  // from 1
  std::string field;    // "spec.http[0].route[1].weight"
  std::string message;  // what is wrong and what is allowed
  std::string remedy;   // "did you mean \"prefix\"?", may be empty

  // "f.yaml:3:7: VirtualService default/reviews: spec.http[0].mtach: unknown
  // field; allowed are ... (did you mean \"match\"?)"
  std::string ToString() const;

  friend bool operator==(const Finding&, const Finding&) = default;
};

bool HasErrors(const std::vector<Finding>& findings);

}  // namespace binnacle::policy
