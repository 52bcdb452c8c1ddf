// translator/source_match.h
//
// Conditions of a match that say who is asking. They are decided when routes
// are made, for the proxy that will hold them: in a mesh the caller's own, so
// Envoy never sees them.
//
// Threads  pure.
// Spec     policy facts, section 1.2 (match.port, sourceLabels,
//          sourceNamespace, gateways).
#pragma once

#include "absl/strings/string_view.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/route_context.h"

namespace binnacle::translator {

// `ns` is the namespace of the object that holds the match. A match that names
// gateways looks at nothing else of the source: existing policies count on it.
bool SourceMatches(const RouteContext& context, const policy::v1::HttpMatchRequest& match,
                   absl::string_view ns);

}  // namespace binnacle::translator
