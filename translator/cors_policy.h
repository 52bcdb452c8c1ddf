// translator/cors_policy.h
//
// Which pages of other origins may call a route.
//
// Threads  pure.
// Spec     Envoy v3 CorsPolicy; policy facts, section 1.2.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

inline constexpr absl::string_view kCorsFilter = "envoy.filters.http.cors";

void SetCorsPolicy(const policy::v1::CorsPolicy& policy, const ProxyClass& proxy,
                   envoy::config::route::v3::Route& route);

}  // namespace binnacle::translator
