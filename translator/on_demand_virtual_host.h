// translator/on_demand_virtual_host.h
//
// Virtual hosts that a proxy asks for one by one, as requests for their hosts
// come. What is answered for a host does what the whole route configuration
// would do for it, so whoever asks gets an answer to every name, also for hosts
// that the mesh does not know.
//
// Resources are called "route configuration/host", the host as the request has
// it, in lower case and with its port: "9080/reviews:9080".
//
// Threads  pure.
// Spec     Envoy, Virtual Host Discovery Service; Envoy v3 VirtualHost.domains.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// nullopt if it is no name of such a resource.
std::optional<Translated<envoy::config::route::v3::VirtualHost>> BuildOnDemandVirtualHost(
    mesh::View& view, const ProxyClass& proxy, absl::string_view name);

// One of that name without routes: requests for the host are answered 404.
envoy::config::route::v3::VirtualHost EmptyOnDemandVirtualHost(absl::string_view name);

}  // namespace binnacle::translator
