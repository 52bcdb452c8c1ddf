// translator/gateway_routes.h
//
// Route configurations of an ingress gateway: the hosts of its servers met
// with the hosts of the VirtualServices bound to them.
//
// Spec  policy facts, sections 1.1, 1.2, 4.4, 5.1; Envoy v3 RouteConfiguration.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route.pb.h"
#include "mesh/view.h"
#include "translator/gateway_servers.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// nullopt if no server of this class's gateways has that route name. `view`
// must have read what `servers` was made from.
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildGatewayRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name,
    const GatewayServers& servers);

// The same, merging the servers itself.
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildGatewayRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name);

}  // namespace binnacle::translator
