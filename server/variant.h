// server/variant.h
//
// The two ways in which xDS is spoken: each response tells all there is, or
// what has changed.
//
// Threads  a value.
// Spec     xDS protocol: state of the world, incremental.
#pragma once

#include <cstddef>
#include <cstdint>

namespace binnacle::server {

enum class Variant : uint8_t { kSotw, kDelta };

inline constexpr size_t kVariantCount = 2;

}  // namespace binnacle::server
