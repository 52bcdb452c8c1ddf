// mesh/persistent_map.h
//
// An immutable map from 64-bit hashes to values: a copy is one pointer, and a
// changed copy shares all that it did not touch. A hash trie, 32 ways to a
// branch, with small sorted leaves.
//
// Keys must be spread evenly over 64 bits (they are used as their own hash).
//
// Threads  a PersistentMap may be read from any thread; Set() and Erase()
//          change this copy alone and never what others hold.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace binnacle::mesh {

template <typename V>
class PersistentMap {
 public:
  size_t size() const { return size_; }

  // nullptr if absent. Lives as long as this map or any copy made from it
  // without changing that key.
  const V* Find(uint64_t key) const {
    const Node* node = root_.get();
    for (int shift = 0; node != nullptr; shift += kBits) {
      if (node->leaf()) return FindInLeaf(*node, key);
      node = node->children[Digit(key, shift)].get();
    }
    return nullptr;
  }

  void Set(uint64_t key, V value) {
    if (root_ == nullptr) root_ = std::make_shared<Node>();
    Insert(root_, 0, key, std::move(value));
  }

  // False if it was absent.
  bool Erase(uint64_t key) { return root_ != nullptr && Remove(root_, 0, key); }

  // Calls f(key, value) for each, in no particular order.
  template <typename F>
  void ForEach(F f) const {
    if (root_ != nullptr) Visit(*root_, f);
  }

 private:
  static constexpr int kBits = 5;
  static constexpr size_t kWays = 1u << kBits;
  static constexpr size_t kLeafMost = 16;
  static constexpr int kDeepest = 60;  // below it a leaf may grow without end

  struct Node {
    std::vector<std::pair<uint64_t, V>> entries;  // of a leaf, sorted by key
    std::vector<std::shared_ptr<Node>> children;  // of a branch: kWays of them

    bool leaf() const { return children.empty(); }
  };
  using NodePtr = std::shared_ptr<Node>;

  static size_t Digit(uint64_t key, int shift) { return (key >> shift) & (kWays - 1); }

  template <typename Entries>
  static auto Position(Entries& entries, uint64_t key) {
    return std::lower_bound(entries.begin(), entries.end(), key,
                            [](const auto& entry, uint64_t k) { return entry.first < k; });
  }

  static const V* FindInLeaf(const Node& node, uint64_t key) {
    auto it = Position(node.entries, key);
    return it != node.entries.end() && it->first == key ? &it->second : nullptr;
  }

  // A node that only this map holds may be changed in place: a batch of
  // changes then copies each path once.
  static Node& Own(NodePtr& node) {
    if (node.use_count() != 1) node = std::make_shared<Node>(*node);
    return *node;
  }

  void Insert(NodePtr& at, int shift, uint64_t key, V value) {
    Node& node = Own(at);
    if (!node.leaf()) {
      NodePtr& child = node.children[Digit(key, shift)];
      if (child == nullptr) child = std::make_shared<Node>();
      Insert(child, shift + kBits, key, std::move(value));
      return;
    }
    auto it = Position(node.entries, key);
    if (it != node.entries.end() && it->first == key) {
      it->second = std::move(value);
      return;
    }
    node.entries.emplace(it, key, std::move(value));
    ++size_;
    if (node.entries.size() > kLeafMost && shift < kDeepest) Split(node, shift);
  }

  static void Split(Node& node, int shift) {
    auto entries = std::exchange(node.entries, {});
    node.children.resize(kWays);
    for (auto& entry : entries) {
      NodePtr& child = node.children[Digit(entry.first, shift)];
      if (child == nullptr) child = std::make_shared<Node>();
      child->entries.push_back(std::move(entry));  // the order is kept
    }
  }

  bool Remove(NodePtr& at, int shift, uint64_t key) {
    if (at == nullptr) return false;
    if (at->leaf()) {
      if (FindInLeaf(*at, key) == nullptr) return false;
      Node& node = Own(at);
      node.entries.erase(Position(node.entries, key));
      --size_;
      return true;
    }
    return Remove(Own(at).children[Digit(key, shift)], shift + kBits, key);
  }

  template <typename F>
  static void Visit(const Node& node, F& f) {
    for (const auto& [key, value] : node.entries) f(key, value);
    for (const auto& child : node.children) {
      if (child != nullptr) Visit(*child, f);
    }
  }

  NodePtr root_;
  size_t size_ = 0;
};

}  // namespace binnacle::mesh
