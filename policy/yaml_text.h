// policy/yaml_text.h
//
// What must hold of a text before a YAML parser sees it: UTF-8 without control
// characters. Found first, it is named with its place, and what stands before
// it can still be read.
//
// Threads  pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::policy {

struct TextFault {
  size_t offset = 0;
  std::string message;
};

std::optional<TextFault> FindTextFault(absl::string_view text);

// JSON writes characters beyond U+FFFF as two escapes, \ud83d\ude00, which YAML
// does not know: they become one, \U0001f600. nullopt when there are none, or
// the text is not JSON.
std::optional<std::string> JoinSurrogateEscapes(absl::string_view text);

}  // namespace binnacle::policy
