// translator/fault.h
//
// Delays and failures that a route brings about on purpose.
//
// Threads  pure.
// Spec     Envoy v3 HTTPFault; policy facts, section 1.2.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/extensions/filters/http/fault/v3/fault.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

inline constexpr absl::string_view kFaultFilter = "envoy.filters.http.fault";

void SetFault(const policy::v1::HttpFaultInjection& fault, envoy::config::route::v3::Route& route);

// The fault that ends every request with `http_status`.
void SetTotalAbort(uint32_t http_status, envoy::config::route::v3::Route& route);

}  // namespace binnacle::translator
