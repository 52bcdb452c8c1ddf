#include "mesh/packed_texts.h"

#include <cstddef>

#include "absl/container/flat_hash_map.h"

namespace binnacle::mesh {

absl::Span<const absl::string_view> PackedTexts::Keep(const std::vector<std::string>& texts) {
  absl::flat_hash_map<absl::string_view, size_t> begins;
  for (const std::string& text : texts) {
    if (begins.try_emplace(text, bytes_.size()).second) bytes_.append(text);
  }
  bytes_.shrink_to_fit();
  texts_.reserve(texts.size());
  for (const std::string& text : texts) {
    texts_.push_back(absl::string_view(bytes_).substr(begins[text], text.size()));
  }
  return texts_;
}

}  // namespace binnacle::mesh
