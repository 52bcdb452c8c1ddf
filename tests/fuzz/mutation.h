// tests/fuzz/mutation.h
//
// Makes new inputs of known ones.
//
// Threads  one at a time.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace binnacle::fuzz {

class Mutation {
 public:
  static constexpr size_t kMaxBytes = 32 << 10;

  explicit Mutation(unsigned seed) : random_(seed) {}

  // One of `known` (never empty), changed in one to eight places.
  std::string Of(const std::vector<std::string>& known);

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  void Change(std::string& text, const std::vector<std::string>& known);
  void ChangeByte(std::string& text);
  void ChangeNumber(std::string& text);
  void Erase(std::string& text);
  void Repeat(std::string& text);
  void Graft(std::string& text, const std::string& other);
  void SwapLines(std::string& text);

  std::mt19937_64 random_;
};

}  // namespace binnacle::fuzz
