// policy/word_list.h
//
// The words that are allowed somewhere, as a sentence says them.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::policy {

// "a, b or c"; of many words only the first `limit`: "a, b, c and 12 more".
std::string WordList(absl::Span<const absl::string_view> words, size_t limit = 12);

}  // namespace binnacle::policy
