// server/wire_block.h
//
// The wire form of a run of resources, put together once for all responses that
// are on their way with the same run in them. gRPC keeps books on every piece
// of a message, and keeps the books: thousands of small pieces for each proxy
// would cost it more than all else that a stream needs.
//
// Threads  immutable; Of() may be called from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/offer.h"
#include "server/variant.h"

namespace binnacle::server {

// As it goes on the wire in that variant.
absl::string_view EntryOf(Variant variant, const translator::Resource& resource);

// How many of `resources`, from the first, make one run. Where one ends depends
// on what is in it, so that equal parts of different responses are cut alike. 1:
// the first is large enough to go by itself.
size_t RunLength(Variant variant, absl::Span<const ResourcePtr> resources);

class WireBlock {
 public:
  static std::shared_ptr<const WireBlock> Of(Variant variant, absl::Span<const ResourcePtr> run);

  WireBlock(const WireBlock&) = delete;
  WireBlock& operator=(const WireBlock&) = delete;
  ~WireBlock();

  absl::string_view bytes() const { return bytes_; }

 private:
  class Known;

  WireBlock(uint64_t key, Variant variant, absl::Span<const ResourcePtr> run);
  bool Is(Variant variant, absl::Span<const ResourcePtr> run) const;

  const uint64_t key_;
  const Variant variant_;
  // Kept, so that none of their addresses is used again.
  const std::vector<ResourcePtr> resources_;
  std::string bytes_;
};

}  // namespace binnacle::server
