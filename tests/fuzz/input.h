// tests/fuzz/input.h
//
// What a fuzz target defines: one function, which takes any bytes at all. What
// it must not do is crash, hang, or find that something it checks is not so
// (Must()).
//
// Threads  one.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace binnacle::fuzz {

void TakeInput(absl::string_view input);

inline void Must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %s\n", what);
  std::abort();
}

}  // namespace binnacle::fuzz
