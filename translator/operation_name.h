// translator/operation_name.h
//
// What a request is called in traces: "reviews.default.svc.cluster.local:80/*".
//
// Threads  pure.
// Spec     Envoy v3 Decorator; existing dashboards read these names.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace binnacle::translator {

// Less the path: the host and port behind `cluster`. Where a route has several
// destinations, or none, `cluster` is empty, and `fallback` and `port` stand for
// them.
std::string OperationOf(absl::string_view cluster, absl::string_view fallback, uint32_t port);

}  // namespace binnacle::translator
