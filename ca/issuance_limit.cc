#include "ca/issuance_limit.h"

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "ca/recent_map.h"

namespace binnacle::ca {
namespace {

// One that comes back after this many others finds a full bucket again. The
// limit in all sees to it that so many cannot come in no time.
constexpr size_t kCallersRemembered = 1 << 16;

struct Rate {
  double per_second = 0;
  double burst = 0;
};

class Bucket {
 public:
  Bucket(const Rate& rate, absl::Time now) : tokens_(rate.burst), since_(now) {}

  void Refill(const Rate& rate, absl::Time now) {
    // A clock that was set back takes nothing away.
    const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - since_));
    tokens_ = std::min(rate.burst, tokens_ + seconds * rate.per_second);
    since_ = now;
  }
  bool has_one() const { return tokens_ >= 1; }
  void Take() { tokens_ -= 1; }
  double seconds_to_wait(const Rate& rate) const { return (1 - tokens_) / rate.per_second; }

 private:
  double tokens_;
  absl::Time since_;
};

absl::Status Exhausted(absl::string_view whose, const Rate& rate, const Bucket& bucket) {
  if (rate.per_second <= 0 || rate.burst < 1) {
    return absl::ResourceExhaustedError(absl::StrCat("no certificates are given out ", whose));
  }
  return absl::ResourceExhaustedError(
      absl::StrFormat("the limit of %g certificates per second %s is reached; come again in %.1f s",
                      rate.per_second, whose, std::max(0.1, bucket.seconds_to_wait(rate))));
}

}  // namespace

class IssuanceLimit::Buckets {
 public:
  Buckets(const IssuanceLimits& limits, const Clock& clock)
      : clock_(clock),
        per_caller_{limits.per_caller_per_second, limits.per_caller_burst},
        total_{limits.total_per_second, limits.total_burst},
        all_(total_, clock.Now()),
        callers_(kCallersRemembered) {}

  absl::Status Take(absl::string_view identity) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const absl::Time now = clock_.Now();
    Bucket* caller = callers_.Find(identity);
    if (caller == nullptr) caller = &callers_.Put(identity, Bucket(per_caller_, now));
    caller->Refill(per_caller_, now);
    all_.Refill(total_, now);
    // Neither is charged for what the other refuses.
    if (!caller->has_one()) return Exhausted("for one identity", per_caller_, *caller);
    if (!all_.has_one()) return Exhausted("in all", total_, all_);
    caller->Take();
    all_.Take();
    return absl::OkStatus();
  }

 private:
  const Clock& clock_;
  const Rate per_caller_;
  const Rate total_;
  absl::Mutex mu_;
  Bucket all_ ABSL_GUARDED_BY(mu_);
  RecentMap<Bucket> callers_ ABSL_GUARDED_BY(mu_);
};

IssuanceLimit::IssuanceLimit(IssuanceLimits limits, const Clock& clock)
    : buckets_(std::make_unique<Buckets>(limits, clock)) {}

IssuanceLimit::~IssuanceLimit() = default;

absl::Status IssuanceLimit::Take(absl::string_view identity) { return buckets_->Take(identity); }

}  // namespace binnacle::ca
