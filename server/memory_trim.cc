#include "server/memory_trim.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"

namespace binnacle::server {
namespace {

constexpr absl::Duration kEvery = absl::Seconds(1);
// At rest: the process uses less than this part of one core.
constexpr double kRest = 0.1;
// One that is never at rest is trimmed all the same.
constexpr absl::Duration kPatience = absl::Seconds(30);
// Less is not worth a look at every free block.
constexpr uint64_t kWorthwhile = 4 << 20;

// The C library would make eight for each core, and each keeps what its threads
// have freed out of reach of the others.
int Arenas() { return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2U, 8U)); }

TrimPolicy::Usage Now() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  uint64_t pages = 0;
  uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return {absl::DurationFromTimeval(used.ru_utime) + absl::DurationFromTimeval(used.ru_stime),
          resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace

bool TrimPolicy::Due(absl::Duration passed, const Usage& usage) {
  const bool at_rest = usage.cpu - cpu_ < passed * kRest;
  cpu_ = usage.cpu;
  floor_ = std::min(floor_, usage.resident);
  if (usage.resident < floor_ + kWorthwhile) {
    waiting_ = absl::ZeroDuration();
    return false;
  }
  waiting_ += passed;
  if (!at_rest && waiting_ < kPatience) return false;
  waiting_ = absl::ZeroDuration();
  return true;
}

MemoryTrim::MemoryTrim() {
  mallopt(M_ARENA_MAX, Arenas());
  thread_ = std::thread([this] { Run(); });
}

MemoryTrim::~MemoryTrim() {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  thread_.join();
}

void MemoryTrim::Run() {
  TrimPolicy policy;
  absl::Time last = absl::Now();
  absl::MutexLock lock(&mu_);
  while (!mu_.AwaitWithTimeout(absl::Condition(&stopped_), kEvery)) {
    const absl::Time now = absl::Now();
    if (policy.Due(now - std::exchange(last, now), Now())) {
      malloc_trim(0);
      policy.Trimmed(Now().resident);
    }
  }
}

}  // namespace binnacle::server
