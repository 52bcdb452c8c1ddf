// policy/scalar.h
//
// What an unquoted YAML word means. The rules are those of YAML 1.1 as users
// of Kubernetes know them: yes, no, on, off, y and n are booleans; 0x1F and 017
// are integers; 12:30 and 2024-01-01 are plain strings.
//
// Threads  pure.
// Spec     YAML 1.1 types, as far as Kubernetes' tools read them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::policy {

enum class ScalarType : uint8_t { kString, kNull, kBool, kInt, kFloat };

struct Scalar {
  ScalarType type = ScalarType::kString;
  bool boolean = false;
  bool negative = false;   // of an integer
  uint64_t magnitude = 0;  // of an integer
  double number = 0;       // of an integer or a float
};

// An integer that 64 bits cannot hold is a float.
Scalar ResolvePlainScalar(absl::string_view text);

}  // namespace binnacle::policy
