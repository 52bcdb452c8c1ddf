// policy/http_header_rule.h
//
// Names and values of HTTP headers as policy may write them.
//
// Threads  pure.
// Spec     RFC 9110 tokens; Envoy's %COMMAND% grammar in values.
#pragma once

#include "absl/strings/string_view.h"
#include "policy/complaint.h"

namespace binnacle::policy {

// A token: letters, digits and !#$%&'*+-.^_`|~
bool IsHeaderToken(absl::string_view name);

// A header to compare with: a token, or :method, :scheme, :authority, :path,
// :status.
Verdict CheckMatchedHeaderName(absl::string_view name);

// "@request.auth.claims.groups" or "@request.auth.claims[groups]".
bool IsJwtClaimName(absl::string_view name);

// A header to set, add or remove: a token, no pseudo-header.
Verdict CheckChangedHeaderName(absl::string_view name);

// A value to set: its %COMMANDS% are closed and "%%" stands for one percent
// sign; no line ends.
Verdict CheckHeaderValue(absl::string_view value);

}  // namespace binnacle::policy
