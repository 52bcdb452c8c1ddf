// translator/hash_policy.h
//
// What a request is hashed by, when the DestinationRule of where it goes asks
// for consistent hashing.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 RouteAction.HashPolicy; policy facts, section 1.3.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "mesh/service.h"
#include "translator/route_context.h"

namespace binnacle::translator {

// The rule in effect for `host` if it asks for hashing on some port or subset;
// otherwise nullptr, and requests are not hashed.
const mesh::Rule* FindHashingRule(mesh::View& view, const ProxyClass& proxy, absl::string_view host,
                                  const mesh::Service* service);

// Appends the hash policy for `host` (a FQDN) on `port`, narrowed to `subset`;
// `service` is nullptr if the mesh does not know the host. One that is there
// already is not repeated. False if there is none.
bool AppendHashPolicy(RouteContext& context, absl::string_view host, const mesh::Service* service,
                      uint32_t port, absl::string_view subset,
                      envoy::config::route::v3::RouteAction& action);

}  // namespace binnacle::translator
