#include "tests/fuzz/coverage.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace {

constexpr size_t kPlaces = 1 << 16;

std::array<uint8_t, kPlaces> reached_now;
std::array<uint8_t, kPlaces> reached_ever;  // a bit for each step of two

}  // namespace

// Called by the code under test at the head of each block.
extern "C" void __sanitizer_cov_trace_pc() {  // NOLINT: the compiler's name
  const auto place = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  uint8_t& count = reached_now[(place ^ (place >> 16)) % kPlaces];
  if (count < UINT8_MAX) ++count;
}

namespace binnacle::fuzz {

bool TakeNews() {
  bool news = false;
  for (size_t place = 0; place < kPlaces; ++place) {
    if (reached_now[place] == 0) continue;
    const auto step = static_cast<uint8_t>(1U << (std::bit_width(reached_now[place]) - 1));
    if ((reached_ever[place] & step) == 0) news = true;
    reached_ever[place] |= step;
    reached_now[place] = 0;
  }
  return news;
}

}  // namespace binnacle::fuzz
