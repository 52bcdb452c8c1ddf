// tests/server/route_resource.h
//
// Route configurations for tests: virtual hosts with one domain (their name)
// and one route to a cluster.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "envoy/config/route/v3/route.pb.h"
#include "server/offer.h"

namespace binnacle::server {

// `hosts`: names, each with the cluster that it routes to.
inline ResourcePtr NewRoutes(const std::string& name,
                             const std::vector<std::pair<std::string, std::string>>& hosts,
                             translator::Origins origins = {}, translator::PartList parts = {}) {
  envoy::config::route::v3::RouteConfiguration routes;
  routes.set_name(name);
  for (const auto& [host, cluster] : hosts) {
    auto& added = *routes.add_virtual_hosts();
    added.set_name(host);
    added.add_domains(host);
    auto& route = *added.add_routes();
    route.mutable_match()->set_prefix("/");
    route.mutable_route()->set_cluster(cluster);
  }
  return translator::Resource::Make(ResourceType::kRoute, name, routes, std::move(origins),
                                    std::move(parts));
}

}  // namespace binnacle::server
