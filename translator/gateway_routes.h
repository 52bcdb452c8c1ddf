// translator/gateway_routes.h
//
// Route configurations of an ingress gateway: the hosts of its servers met
// with the hosts of the VirtualServices bound to them.
//
// Spec  policy facts, sections 1.1, 1.2, 4.4, 5.1; Envoy v3 RouteConfiguration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route.pb.h"
#include "mesh/view.h"
#include "translator/gateway_servers.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// The HTTP servers of a class's gateways by route name, each list in order of
// precedence. Merging servers looks at all of them, so whoever builds many
// route configurations groups once. It points into the Snapshot.
using ServersByRoute = absl::flat_hash_map<std::string, std::vector<GatewayServer>>;
ServersByRoute GroupServersByRoute(mesh::View& view, const ProxyClass& proxy);

// nullopt if no server of this class's gateways has that route name. `view`
// must have read what `servers` was made from.
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildGatewayRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name,
    const ServersByRoute& servers);

// The same, grouping the servers itself.
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildGatewayRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name);

}  // namespace binnacle::translator
