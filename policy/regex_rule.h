// policy/regex_rule.h
//
// Regular expressions: RE2's, since that is what the proxy runs.
//
// Threads  pure.
// Spec     RE2 syntax; Envoy bounds the size of what it compiles.
#pragma once

#include "absl/strings/string_view.h"
#include "policy/complaint.h"

namespace binnacle::policy {

// 1 to 1024 characters that RE2 accepts.
Verdict CheckRegex(absl::string_view regex);

// As CheckRegex; and the "\1" in `rewrite` name captures that there are.
Verdict CheckRegexRewrite(absl::string_view regex, absl::string_view rewrite);

}  // namespace binnacle::policy
