#include "policy/document_split.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace binnacle::policy {
namespace {

// `text` begins at the start of a line.
bool BeginsDocument(absl::string_view text) {
  if (!absl::StartsWith(text, "---")) return false;
  return text.size() == 3 || absl::StrContains(" \t\r\n", text.substr(3, 1));
}

uint32_t CountLines(absl::string_view text) {
  return static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

bool UsesDirectives(absl::string_view text) {
  return absl::StartsWith(text, "%") || absl::StrContains(text, "\n%");
}

}  // namespace

std::vector<TextChunk> SplitDocuments(absl::string_view text) {
  std::vector<TextChunk> chunks;
  uint32_t line = 1;
  if (!UsesDirectives(text)) {
    for (size_t at = text.find("\n---"); at != absl::string_view::npos;) {
      if (!BeginsDocument(text.substr(at + 1))) {
        at = text.find("\n---", at + 1);
        continue;
      }
      chunks.push_back({text.substr(0, at + 1), line});
      line += CountLines(chunks.back().text);
      text.remove_prefix(at + 1);
      at = text.find("\n---");
    }
  }
  chunks.push_back({text, line});
  return chunks;
}

}  // namespace binnacle::policy
