// translator/virtual_service_routes.h
//
// A VirtualService's `http` list as Envoy routes, for one class of proxies,
// port and set of gateways. Sidecars, gateways and gRPC clients share it.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 Route; policy facts, sections 1.2 and 5.1.
#pragma once

#include "envoy/config/route/v3/route_components.pb.h"
#include "google/protobuf/repeated_field.h"
#include "mesh/service.h"
#include "policy/object.h"
#include "translator/route_context.h"

namespace binnacle::translator {

using Routes = google::protobuf::RepeatedPtrField<envoy::config::route::v3::Route>;

// Appends a route for each rule and match that concerns the context, up to the
// first that takes everything. False, and nothing appended, if none does.
bool AppendVirtualServiceRoutes(RouteContext& context, const policy::Object& virtual_service,
                                Routes& routes);

// The one route of a service that no VirtualService speaks for.
void AppendServiceRoute(RouteContext& context, const mesh::Service& service, Routes& routes);

// The same by the names in it: `operation` is what it is called in traces.
// `hashed`: its action has a hash policy.
void SetServiceRoute(std::string cluster, std::string operation, const policy::v1::MeshConfig& mesh,
                     bool hashed, envoy::config::route::v3::Route& route);

// Moves routes that take everything behind those that do not: where several
// VirtualServices are joined, an early one would hide the rest.
void PutCatchAllsLast(Routes& routes);

}  // namespace binnacle::translator
