// translator/api_listener.h
//
// What a gRPC library asks for instead of an Envoy: the listener "host:port"
// with its `api_listener`, and the route configuration that it names.
//
// Spec  gRFC A27 (xDS-based load balancing), A28 (routing).
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// `name` is "host:port"; the host may be short. nullopt if there is no such
// service and port.
std::optional<Translated<envoy::config::listener::v3::Listener>> BuildApiListener(
    mesh::View& view, const ProxyClass& proxy, absl::string_view name);

// `name` as the api_listener gives it: "outbound|port||host".
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildApiRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view name);

}  // namespace binnacle::translator
