#include "translator/retry_policy.h"

#include "tests/translator/route_mesh.h"

namespace binnacle::translator {
namespace {

envoy::config::route::v3::RouteAction Retry(const char* json, bool hashed = false) {
  envoy::config::route::v3::RouteAction action;
  const auto retry = Said<policy::v1::HttpRetry>(json);
  SetRetryPolicy(&retry, hashed, action);
  return action;
}

}  // namespace

TEST_CASE("by default two retries, at other hosts, where nothing can have happened twice") {
  envoy::config::route::v3::RouteAction action;
  SetRetryPolicy(nullptr, false, action);
  const auto& policy = action.retry_policy();
  CHECK(policy.num_retries().value() == 2);
  CHECK(policy.retry_on() ==
        "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes");
  REQUIRE(policy.retry_host_predicate_size() == 1);
  CHECK(policy.retry_host_predicate(0).name() == "envoy.retry_host_predicates.previous_hosts");
  CHECK(policy.host_selection_retry_max_attempts() == 5);
}

TEST_CASE("without attempts there is no policy") {
  CHECK_FALSE(Retry("{}").has_retry_policy());
  CHECK_FALSE(Retry(R"({"attempts": -1})").has_retry_policy());
}

TEST_CASE("status codes are taken out of the words, and a word says so") {
  const auto codes = Retry(R"({"attempts": 1, "retryOn": " 503 ,reset, 429,"})").retry_policy();
  CHECK(codes.retry_on() == "reset,retriable-status-codes");
  CHECK(codes.retriable_status_codes_size() == 2);
  CHECK(Retry(R"({"attempts": 1, "retryOn": "503"})").retry_policy().retry_on() ==
        "retriable-status-codes");
  CHECK(Retry(R"({"attempts": 1, "retryOn": "retriable-status-codes,503"})")
            .retry_policy()
            .retry_on() == "retriable-status-codes");
  CHECK(Retry(R"({"attempts": 1, "retryOn": "reset"})").retry_policy().retry_on() == "reset");
}

TEST_CASE("a hash finds the same host again, so it is not excluded") {
  CHECK(Retry(R"({"attempts": 1})", true).retry_policy().retry_host_predicate().empty());
  const auto same = Retry(R"({"attempts": 1, "retryIgnorePreviousHosts": false})").retry_policy();
  CHECK(same.retry_host_predicate().empty());
  CHECK(same.host_selection_retry_max_attempts() == 0);
}

TEST_CASE("times, localities and backoff are passed on") {
  const auto policy = Retry(R"({"attempts": 1, "perTryTimeout": "2s", "backoff": "0.5s",
                                "retryRemoteLocalities": true})")
                          .retry_policy();
  CHECK(policy.per_try_timeout().seconds() == 2);
  CHECK(policy.retry_back_off().base_interval().nanos() == 500000000);
  CHECK(policy.retry_priority().name() == "envoy.retry_priorities.previous_priorities");
}

}  // namespace binnacle::translator
