#include "policy/nearest_word.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestWord = 64;  // nobody mistypes longer ones by a letter

// Optimal string alignment distance. Quadratic, so callers bound the lengths.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 &&
                           absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 2]) &&
                           absl::ascii_tolower(a[i - 2]) == absl::ascii_tolower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

absl::string_view NearestWord(absl::string_view word, absl::Span<const absl::string_view> words) {
  absl::string_view nearest;
  // A third of the letters may be wrong; of the shortest words, one letter.
  const size_t limit = std::max<size_t>(2, word.size() / 3 + 1);
  if (word.empty() || word.size() > kLongestWord) return nearest;
  size_t best = 2 * limit;
  for (absl::string_view candidate : words) {
    if (candidate.empty() || candidate.size() > kLongestWord) continue;
    const size_t distance = Distance(word, candidate);
    if (distance >= limit || distance >= candidate.size()) continue;
    // Of equally near words, one of the same length is likelier.
    const size_t score = 2 * distance + (candidate.size() == word.size() ? 0 : 1);
    if (score >= best) continue;
    best = score;
    nearest = candidate;
  }
  return nearest;
}

std::string DidYouMean(absl::string_view word, absl::Span<const absl::string_view> words) {
  const absl::string_view nearest = NearestWord(word, words);
  return nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"?");
}

}  // namespace binnacle::policy
