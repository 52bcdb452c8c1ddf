// translator/sidecar_routes.h
//
// Outbound route configurations of a sidecar, by virtual host, so that one
// changed route costs one virtual host.
//
// A route name is a port ("80": every HTTP service on that port) or
// "host:port" (a sniffed port on an address of its own).
// Spec  policy facts, sections 1.2, 4.1, 4.10, 5.1; Envoy v3 RouteConfiguration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route.pb.h"
#include "mesh/view.h"
#include "translator/message_form.h"
#include "translator/proxy_class.h"
#include "translator/route_assembly.h"
#include "translator/translated.h"

namespace binnacle::translator {

// Hosts that have a virtual host in this route configuration, sorted; nullopt
// if the class has no route configuration of that name.
std::optional<std::vector<std::string>> SidecarVirtualHostNames(mesh::View& view,
                                                                const ProxyClass& proxy,
                                                                absl::string_view route_name);

// What most routes are, to be filled in: see RouteContext.
struct RouteForms {
  MessageForm send_on;
  MessageForm to_service;
};
std::shared_ptr<const RouteForms> MakeRouteForms(mesh::View& view);

// nullopt if the host turns out to have no routes there. Without `forms` each
// route is made for itself.
std::optional<VirtualHostPart> BuildSidecarVirtualHost(mesh::View& view, const ProxyClass& proxy,
                                                       absl::string_view host,
                                                       absl::string_view route_name,
                                                       const RouteForms* forms = nullptr);

// Whether SidecarVirtualHostNames() of a port's route configuration have `host`.
bool HasSidecarVirtualHost(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                           uint32_t port);

// The route configuration without those virtual hosts: its name, its options,
// and (for a port) the last virtual host, which takes what no other does.
Translated<envoy::config::route::v3::RouteConfiguration> BuildSidecarRouteShell(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name);

// Of a route configuration that covers every host on a port: its number.
std::optional<uint32_t> PortOfRoutes(absl::string_view route_name);
// For a class that asks for virtual hosts one by one, that route configuration:
// without any. nullopt if the class has none of that name.
std::optional<Translated<envoy::config::route::v3::RouteConfiguration>> BuildOnDemandRoutes(
    mesh::View& view, const ProxyClass& proxy, absl::string_view route_name);

}  // namespace binnacle::translator
