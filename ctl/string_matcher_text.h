// ctl/string_matcher_text.h
//
// Envoy's StringMatcher, HeaderMatcher and QueryParameterMatcher in a few
// signs: "jason", "jas*", "*son", "*aso*", "~regex".
//
// Threads  pure.
// Spec     envoy.type.matcher.v3.StringMatcher, envoy.config.route.v3 in JSON.
#pragma once

#include <string>

#include "ctl/json.h"

namespace binnacle::ctl {

std::string StringMatcherText(const Json& matcher);

// "end-user=jason", "x-debug" (is there), "!x-debug" (is not)
std::string HeaderMatcherText(const Json& matcher);

std::string QueryMatcherText(const Json& matcher);

}  // namespace binnacle::ctl
