// translator/rewrite.h
//
// Changing a request's path and host on its way.
//
// Threads  pure.
// Spec     Envoy v3 RouteAction (prefix_rewrite, regex_rewrite,
//          host_rewrite_literal); policy facts, section 1.2.
#pragma once

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

void SetRewrite(const policy::v1::HttpRewrite& rewrite,
                envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
