// translator/gateway_routes.h
//
// Route configurations of an ingress gateway: the hosts of its servers met
// with the hosts of the VirtualServices bound to them.
//
// Spec  policy facts, sections 1.1, 1.2, 4.4, 5.1; Envoy v3 RouteConfiguration.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "mesh/view.h"
#include "translator/gateway_servers.h"
#include "translator/message_form.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// Serialised RouteConfiguration; nullopt if no server of this class's gateways
// has that route name. `view` must have read what `servers` was made from.
// `send_on`: see RouteContext.
std::optional<Translated<std::string>> BuildGatewayRoutes(mesh::View& view, const ProxyClass& proxy,
                                                          absl::string_view route_name,
                                                          const GatewayServers& servers,
                                                          const MessageForm* send_on = nullptr);

}  // namespace binnacle::translator
