// ca/issuance_limit.h
//
// How many certificates may be had in a while: by one identity, and in all.
// Token buckets; memory is bounded whatever identities come.
//
// Threads  safe to call from any thread.
// Errors   Take(): kResourceExhausted, saying which limit and when to come
//          again.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ca/clock.h"

namespace binnacle::ca {

struct IssuanceLimits {
  double per_caller_per_second = 20;
  double per_caller_burst = 1000;  // a large deployment that starts at once
  double total_per_second = 20000;
  double total_burst = 40000;
};

class IssuanceLimit {
 public:
  IssuanceLimit(IssuanceLimits limits, const Clock& clock);
  ~IssuanceLimit();
  absl::Status Take(absl::string_view identity);

 private:
  class Buckets;
  std::unique_ptr<Buckets> buckets_;
};

}  // namespace binnacle::ca
