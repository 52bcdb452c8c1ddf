#include "translator/retry_policy.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config.pb.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RetryPolicy;
using envoy::extensions::retry::priority::previous_priorities::v3::PreviousPrioritiesConfig;
using policy::v1::HttpRetry;

constexpr absl::string_view kDefaultRetryOn =
    "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
constexpr absl::string_view kStatusCodesWord = "retriable-status-codes";
constexpr uint32_t kDefaultRetries = 2;
constexpr int64_t kHostSelectionAttempts = 5;

// Users write status codes among the words; Envoy wants them apart, and a word
// that says there are some.
void SetRetryOn(absl::string_view written, RetryPolicy& policy) {
  std::vector<absl::string_view> words;
  bool said = false;
  for (absl::string_view part : absl::StrSplit(written, ',')) {
    part = absl::StripAsciiWhitespace(part);
    uint32_t code = 0;
    if (absl::SimpleAtoi(part, &code)) {
      policy.add_retriable_status_codes(code);
    } else if (!part.empty()) {
      words.push_back(part);
      said = said || part == kStatusCodesWord;
    }
  }
  if (policy.retriable_status_codes_size() > 0 && !said) words.push_back(kStatusCodesWord);
  policy.set_retry_on(absl::StrJoin(words, ","));
}

void PreferOtherHosts(RetryPolicy& policy) {
  auto& predicate = *policy.add_retry_host_predicate();
  predicate.set_name("envoy.retry_host_predicates.previous_hosts");
  // An empty message: packing it would only cost time.
  predicate.mutable_typed_config()->set_type_url(
      "type.googleapis.com/"
      "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate");
  policy.set_host_selection_retry_max_attempts(kHostSelectionAttempts);
}

void PreferOtherPriorities(RetryPolicy& policy) {
  PreviousPrioritiesConfig config;
  config.set_update_frequency(2);
  auto& priority = *policy.mutable_retry_priority();
  priority.set_name("envoy.retry_priorities.previous_priorities");
  SetTypedConfig(config, *priority.mutable_typed_config());
}

void SetGiven(const HttpRetry& retry, RetryPolicy& policy) {
  policy.mutable_num_retries()->set_value(static_cast<uint32_t>(retry.attempts()));
  if (!retry.retry_on().empty()) SetRetryOn(retry.retry_on(), policy);
  if (retry.has_per_try_timeout()) *policy.mutable_per_try_timeout() = retry.per_try_timeout();
  if (retry.retry_remote_localities().value()) PreferOtherPriorities(policy);
  if (retry.has_backoff()) {
    *policy.mutable_retry_back_off()->mutable_base_interval() = retry.backoff();
  }
}

bool MayRepeatHost(const HttpRetry* retry) {
  return retry != nullptr && retry->has_retry_ignore_previous_hosts() &&
         !retry->retry_ignore_previous_hosts().value();
}

}  // namespace

void SetRetryPolicy(const HttpRetry* retry, bool hashed,
                    envoy::config::route::v3::RouteAction& action) {
  if (retry != nullptr && retry->attempts() <= 0) return;
  RetryPolicy& policy = *action.mutable_retry_policy();
  policy.mutable_num_retries()->set_value(kDefaultRetries);
  policy.set_retry_on(std::string(kDefaultRetryOn));
  if (!hashed && !MayRepeatHost(retry)) PreferOtherHosts(policy);
  if (retry != nullptr) SetGiven(*retry, policy);
}

}  // namespace binnacle::translator
