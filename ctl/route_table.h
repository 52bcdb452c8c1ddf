// ctl/route_table.h
//
// Envoy route configurations as a table: one row to a route, in the order in
// which they are tried.
//
// Threads  pure.
// Spec     envoy.config.route.v3.RouteConfiguration in JSON.
#pragma once

#include <string>

#include "ctl/json.h"
#include "ctl/resource_filter.h"
#include "ctl/shaping_objects.h"
#include "ctl/table.h"

namespace binnacle::ctl {

bool IsWantedRouteConfiguration(const Json& configuration, const ResourceFilter& filter);

// Of the virtual hosts only those that the filter wants; `services` are the
// VirtualServices.
Table RouteTable(const Json& configurations, const ResourceFilter& filter,
                 const ShapingObjects& services);

// Where one route leads: "reviews.default:9080 v1 (90%), ...".
std::string RouteDestination(const Json& route);

// What one route asks of a request: "/api*", "method=GET", ...
std::string RouteMatch(const Json& route);

}  // namespace binnacle::ctl
