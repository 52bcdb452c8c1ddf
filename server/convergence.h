// server/convergence.h
//
// How far the proxies have followed the snapshots: which change the last of
// them has acknowledged, and how many are behind.
//
// A stream counts from when it has first acknowledged a whole snapshot until it
// ends; one that ends while it is behind is forgotten, not waited for.
//
// Threads  safe to call from any thread. The clock is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace binnacle::server {

class Convergence {
 public:
  // Of changes that were seen at `seen`. Revisions rise.
  void Published(uint64_t revision, absl::Time seen) ABSL_LOCKS_EXCLUDED(mu_);

  // A stream that had acknowledged all of `from` (0: nothing yet) has done so of
  // `to`. Returns how long ago the changes were seen that are by this known to
  // every stream; most often none.
  std::vector<absl::Duration> Reached(uint64_t from, uint64_t to, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mu_);
  // It has ended.
  void Left(uint64_t at) ABSL_LOCKS_EXCLUDED(mu_);

  struct Standing {
    size_t current = 0;                          // streams that know all there is
    size_t behind = 0;                           // those that knew all there was once
    absl::Time oldest = absl::InfiniteFuture();  // change that one of them misses was seen
  };
  Standing standing() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Change {
    uint64_t revision = 0;
    absl::Time seen;
  };
  // A proxy that never answers must not make this grow: what is older counts as
  // the oldest kept.
  static constexpr size_t kChangesKept = 1024;

  void Leave(uint64_t at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Drops what every stream knows, and tells it.
  std::vector<Change> Close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  // How many streams stand at each revision: a few entries, however many streams.
  absl::btree_map<uint64_t, size_t> streams_ ABSL_GUARDED_BY(mu_);
  std::deque<Change> open_ ABSL_GUARDED_BY(mu_);  // that a stream may not know
  uint64_t newest_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace binnacle::server
