// translator/claim_match.h
//
// Matching on the claims of a request's verified token, which users write as
// headers: "@request.auth.claims.group" or "@request.auth.claims[group]".
//
// Threads  pure.
// Spec     policy facts, sections 1.2 and 4.7; Envoy v3 MetadataMatcher.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

bool IsClaim(absl::string_view header_name);

// Appends a dynamic metadata matcher for each claim among `headers` and
// `withoutHeaders`, in order of name.
void SetClaimMatchers(const policy::v1::HttpMatchRequest& match,
                      envoy::config::route::v3::RouteMatch& route_match);

}  // namespace binnacle::translator
