#include "mesh/persistent_map.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace binnacle::mesh {
namespace {

std::map<uint64_t, int> Contents(const PersistentMap<int>& map) {
  std::map<uint64_t, int> contents;
  map.ForEach([&](uint64_t key, int value) { contents[key] = value; });
  return contents;
}

TEST_CASE("a persistent map holds what an ordinary map holds, through any changes") {
  std::mt19937_64 random(7);
  PersistentMap<int> map;
  std::map<uint64_t, int> model;
  for (int step = 0; step < 20000; ++step) {
    // Few enough keys that many are set again or erased.
    const uint64_t key = std::mt19937_64(random() % 3000)();
    if (random() % 3 == 0) {
      CHECK(map.Erase(key) == (model.erase(key) == 1));
    } else {
      map.Set(key, step);
      model[key] = step;
    }
  }
  CHECK(map.size() == model.size());
  CHECK(Contents(map) == model);
  for (const auto& [key, value] : model) REQUIRE(*map.Find(key) == value);
  CHECK(map.Find(12345) == nullptr);
}

TEST_CASE("a copy of a persistent map does not see later changes") {
  PersistentMap<int> map;
  for (int i = 0; i < 1000; ++i) map.Set(std::mt19937_64(i)(), i);
  const PersistentMap<int> before = map;
  const auto contents = Contents(before);
  for (int i = 0; i < 1000; ++i) {
    if (i % 2 == 0) {
      map.Erase(std::mt19937_64(i)());
    } else {
      map.Set(std::mt19937_64(i)(), -i);
    }
  }
  CHECK(Contents(before) == contents);
  CHECK(map.size() == 500);
}

TEST_CASE("keys that agree in all but their last bits are kept apart") {
  PersistentMap<int> map;
  for (uint64_t i = 0; i < 64; ++i) map.Set(i << 60, static_cast<int>(i));
  for (uint64_t i = 0; i < 64; ++i) map.Set(0x0123456789ABCDEF ^ (i << 58), static_cast<int>(i));
  CHECK(map.Find(0x0123456789ABCDEF) != nullptr);
  CHECK(map.Find(uint64_t{15} << 60) != nullptr);
}

}  // namespace
}  // namespace binnacle::mesh
