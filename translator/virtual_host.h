// translator/virtual_host.h
//
// The names by which clients call a host, and the virtual host that takes what
// no other does.
//
// Threads  pure.
// Spec     Envoy v3 VirtualHost; policy facts, section 4.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "mesh/service.h"
#include "proto/policy/mesh_config.pb.h"
#include "translator/route_list.h"

namespace binnacle::translator {

// "reviews.default.svc.cluster.local:80"
std::string VirtualHostName(absl::string_view host, uint32_t port);

// Every name of the service for a client in `client_ns`: FQDN, short forms,
// wildcards before the names of a headless one, and virtual IPs; as DomainList
// reads them. `domain` is the cluster's, "cluster.local".
std::string ServiceDomains(const mesh::Service& service, absl::string_view client_ns,
                           absl::string_view domain);

// A VirtualHost, serialised.
struct VirtualHostFields {
  absl::string_view name;
  absl::Span<const absl::string_view> domains;
  const RouteList& routes;
  bool require_tls = false;
  absl::string_view further_domains = {};  // as DomainList reads them

  size_t Size() const;
  void AppendTo(std::string& bytes) const;
};

// Where requests for hosts outside the mesh's knowledge go: on (`allow_any`),
// or nowhere (`block_all`, 502).
void SetCatchAll(const policy::v1::MeshConfig& config,
                 envoy::config::route::v3::VirtualHost& virtual_host);

// Name and options that every route configuration has.
void SetRouteConfigurationOptions(absl::string_view name,
                                  envoy::config::route::v3::RouteConfiguration& configuration);

}  // namespace binnacle::translator
