// policy/nearest_word.h
//
// The word that somebody probably meant: what "did you mean ...?" says.
//
// Threads  pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::policy {

// The one of `words` nearest to `word`, by edits (a swap of neighbours counts
// as one) without regard to case; empty when none is near.
absl::string_view NearestWord(absl::string_view word, absl::Span<const absl::string_view> words);

// "did you mean \"prefix\"?", or "" when no word is near.
std::string DidYouMean(absl::string_view word, absl::Span<const absl::string_view> words);

}  // namespace binnacle::policy
