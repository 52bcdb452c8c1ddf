// translator/virtual_service_routes.h
//
// A VirtualService's `http` list as Envoy routes, for one class of proxies,
// port and set of gateways. Sidecars, gateways and gRPC clients share it.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 Route; policy facts, sections 1.2 and 5.1.
#pragma once

#include "mesh/service.h"
#include "policy/object.h"
#include "translator/route_context.h"
#include "translator/route_list.h"

namespace binnacle::translator {

// Appends a route for each rule and match that concerns the context, up to the
// first that takes everything. False, and nothing appended, if none does.
bool AppendVirtualServiceRoutes(RouteContext& context, const policy::Object& virtual_service,
                                RouteList& routes);

// The one route of a service that no VirtualService speaks for.
void AppendServiceRoute(RouteContext& context, const mesh::Service& service, RouteList& routes);

// What RouteContext::to_service is to be. `send_on`: as there.
MessageForm ServiceRouteForm(const MessageForm& send_on);

}  // namespace binnacle::translator
