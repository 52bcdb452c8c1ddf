// policy/document_split.h
//
// Cuts a text where its documents begin, without parsing it: a line that begins
// with `---` is a boundary wherever it stands, even inside a quoted scalar.
//
// Threads  pure.
// Spec     YAML, document markers.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::policy {

struct TextChunk {
  absl::string_view text;
  uint32_t line = 1;  // the number of its first line
};

// In order, nothing left out. Each is a text of its own: a text that uses
// directives (%YAML, %TAG) stays whole, for they reach over boundaries.
std::vector<TextChunk> SplitDocuments(absl::string_view text);

}  // namespace binnacle::policy
