#include "policy/word_list.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace binnacle::policy {

std::string WordList(absl::Span<const absl::string_view> words, size_t limit) {
  if (words.empty()) return "none";
  if (words.size() == 1) return std::string(words[0]);
  if (words.size() > limit) {
    return absl::StrCat(absl::StrJoin(words.first(limit), ", "), " and ", words.size() - limit,
                        " more");
  }
  return absl::StrCat(absl::StrJoin(words.first(words.size() - 1), ", "), " or ", words.back());
}

}  // namespace binnacle::policy
