// server/memory_trim.h
//
// Gives memory that pushes have used and freed back to the system. A push takes
// many times what a proxy keeps, and the C library holds on to nearly all of
// it: without this a server is as large for good as it once was for a moment.
//
// Threads  TrimPolicy belongs to one. MemoryTrim has its own, which looks once
//          a second and trims only when the process is at rest: trimming holds
//          up whoever allocates meanwhile.
#pragma once

#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace binnacle::server {

// When it is worth it.
class TrimPolicy {
 public:
  struct Usage {
    absl::Duration cpu;     // used by the process so far
    uint64_t resident = 0;  // bytes
  };

  // `passed` since it was last asked.
  bool Due(absl::Duration passed, const Usage& usage);
  void Trimmed(uint64_t resident) { floor_ = resident; }

 private:
  absl::Duration cpu_;
  absl::Duration waiting_;
  uint64_t floor_ = 0;  // resident after the last time, or less
};

class MemoryTrim {
 public:
  MemoryTrim();
  ~MemoryTrim();

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);

  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace binnacle::server
