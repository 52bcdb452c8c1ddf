// policy/node_arena.h
//
// Memory for the nodes and the text of one YAML document: given out in pieces,
// taken back all at once, and kept for the next document.
//
// Owner    the arena; what it gives lives until Clear().
// Threads  one at a time.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace binnacle::policy {

// T must be copyable and need no destructor.
template <typename T>
class NodeArena {
 public:
  T* New() {
    if (used_ == kPerBlock || blocks_.empty()) NextBlock();
    T* node = &blocks_[block_][used_++];
    *node = T();
    return node;
  }

  void Clear() {
    block_ = 0;
    used_ = blocks_.empty() ? kPerBlock : 0;
  }

 private:
  static constexpr size_t kPerBlock = 256;

  void NextBlock() {
    if (!blocks_.empty()) ++block_;
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<T[]>(kPerBlock));
    used_ = 0;
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  size_t block_ = 0;
  size_t used_ = 0;
};

class TextArena {
 public:
  absl::string_view Copy(absl::string_view text) {
    if (text.empty()) return "";
    if (text.size() > kBlock / 4) return CopyAlone(text);
    if (blocks_.empty() || used_ + text.size() > kBlock) NextBlock();
    char* to = blocks_[block_].get() + used_;
    std::memcpy(to, text.data(), text.size());
    used_ += text.size();
    return absl::string_view(to, text.size());
  }

  void Clear() {
    block_ = 0;
    used_ = 0;
    large_.clear();
  }

 private:
  static constexpr size_t kBlock = 16 << 10;

  absl::string_view CopyAlone(absl::string_view text) {
    large_.push_back(std::make_unique<char[]>(text.size()));
    std::memcpy(large_.back().get(), text.data(), text.size());
    return absl::string_view(large_.back().get(), text.size());
  }

  void NextBlock() {
    if (!blocks_.empty()) ++block_;
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<char[]>(kBlock));
    used_ = 0;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<char[]>> large_;
  size_t block_ = 0;
  size_t used_ = 0;
};

}  // namespace binnacle::policy
