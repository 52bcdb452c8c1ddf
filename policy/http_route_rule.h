// policy/http_route_rule.h
//
// What one HTTP route of a VirtualService may say.
//
// Threads  pure.
// Spec     Istio HTTPRoute.
#pragma once

#include "policy/http_match_rule.h"
#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

struct HttpRouteContext {
  HttpMatchContext match;
  bool is_delegate = false;  // the VirtualService has no hosts
};

void CheckHttpRoute(const v1::HttpRoute& route, HttpRouteContext context, const Place& at);

}  // namespace binnacle::policy
