#include "policy/http_retry_rule.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "policy/duration_rule.h"
#include "policy/nearest_word.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kRetryOn[] = {"5xx",
                                          "gateway-error",
                                          "reset",
                                          "reset-before-request",
                                          "connect-failure",
                                          "envoy-ratelimited",
                                          "retriable-4xx",
                                          "refused-stream",
                                          "retriable-status-codes",
                                          "retriable-headers",
                                          "http3-post-connect-failure",
                                          "cancelled",
                                          "deadline-exceeded",
                                          "internal",
                                          "resource-exhausted",
                                          "unavailable"};

bool IsHttpStatus(absl::string_view word) {
  int status = 0;
  return absl::SimpleAtoi(word, &status) && status >= 100 && status <= 599;
}

void CheckRetryOn(const std::string& retry_on, const Place& at) {
  if (retry_on.empty()) return;
  for (absl::string_view part : absl::StrSplit(retry_on, ',')) {
    const absl::string_view word = absl::StripAsciiWhitespace(part);
    if (IsHttpStatus(word)) continue;
    if (std::find(std::begin(kRetryOn), std::end(kRetryOn), word) != std::end(kRetryOn)) continue;
    at.Error("bad-retry-on",
             absl::StrCat("\"", word.substr(0, 80),
                          "\" is no reason to retry; allowed are HTTP "
                          "status codes and ",
                          absl::StrJoin(kRetryOn, ", ")),
             DidYouMean(word, kRetryOn));
  }
}

}  // namespace

void CheckHttpRetry(const v1::HttpRetry& retries, const Place& at) {
  if (retries.attempts() < 0) {
    at.Field("attempts")
        .Error("out-of-range", absl::StrCat(retries.attempts(), " is negative: 0 (none) or more"));
  }
  const bool details = retries.has_per_try_timeout() || !retries.retry_on().empty() ||
                       retries.has_retry_remote_localities();
  if (retries.attempts() == 0 && details) {
    at.Field("attempts")
        .Error("missing-field",
               "attempts is 0, which means no retries: perTryTimeout, retryOn and "
               "retryRemoteLocalities need 1 or more");
  }
  if (retries.has_per_try_timeout()) {
    at.Field("perTryTimeout").Check(CheckDuration(retries.per_try_timeout()));
  }
  if (retries.has_backoff()) at.Field("backoff").Check(CheckDuration(retries.backoff()));
  CheckRetryOn(retries.retry_on(), at.Field("retryOn"));
}

}  // namespace binnacle::policy
