#include "translator/cors_policy.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "envoy/extensions/filters/http/cors/v3/cors.pb.h"
#include "translator/string_match.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using CorsConfig = envoy::extensions::filters::http::cors::v3::CorsPolicy;
using policy::v1::CorsPolicy;

// The first version with forward_not_matching_preflights.
constexpr EnvoyVersion kForwardsPreflights{1, 30};

void SetOrigins(const CorsPolicy& policy, CorsConfig& config) {
  for (const auto& origin : policy.allow_origins()) {
    auto& matcher = *config.add_allow_origin_string_match();
    if (AsksOnlyPresence(origin)) {
      matcher.mutable_safe_regex()->set_regex(".*");
    } else {
      SetStringMatcher(origin, matcher);
    }
  }
  if (!policy.allow_origins().empty()) return;
  for (const std::string& origin : policy.allow_origin()) {
    config.add_allow_origin_string_match()->set_exact(origin);
  }
}

void SetAnswers(const CorsPolicy& policy, CorsConfig& config) {
  config.set_allow_methods(absl::StrJoin(policy.allow_methods(), ","));
  config.set_allow_headers(absl::StrJoin(policy.allow_headers(), ","));
  config.set_expose_headers(absl::StrJoin(policy.expose_headers(), ","));
  if (policy.has_max_age()) config.set_max_age(absl::StrCat(policy.max_age().seconds()));
  if (policy.has_allow_credentials()) {
    *config.mutable_allow_credentials() = policy.allow_credentials();
  }
}

}  // namespace

void SetCorsPolicy(const CorsPolicy& policy, const ProxyClass& proxy,
                   envoy::config::route::v3::Route& route) {
  CorsConfig config;
  SetOrigins(policy, config);
  SetAnswers(policy, config);
  config.mutable_filter_enabled()->mutable_default_value()->set_numerator(100);
  if (proxy.envoy >= kForwardsPreflights) {
    config.mutable_forward_not_matching_preflights()->set_value(policy.unmatched_preflights() !=
                                                                CorsPolicy::IGNORE);
  }
  SetTypedConfig(config, (*route.mutable_typed_per_filter_config())[std::string(kCorsFilter)]);
}

}  // namespace binnacle::translator
