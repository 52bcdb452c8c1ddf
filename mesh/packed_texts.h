// mesh/packed_texts.h
//
// Texts of one object side by side in one piece of memory: whoever reads one
// has the others at hand, which texts with a place of their own each have not.
//
// Threads  may be read from any thread once Keep() has returned.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace binnacle::mesh {

class PackedTexts {
 public:
  PackedTexts() = default;
  PackedTexts(const PackedTexts&) = delete;
  PackedTexts& operator=(const PackedTexts&) = delete;

  // `texts` as they lie here, in the same order; those that are equal lie there
  // once. Lives as long as this. Once only.
  absl::Span<const absl::string_view> Keep(const std::vector<std::string>& texts);

 private:
  std::string bytes_;
  std::vector<absl::string_view> texts_;  // in bytes_
};

}  // namespace binnacle::mesh
