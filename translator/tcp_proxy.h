// translator/tcp_proxy.h
//
// The network filter that carries bytes: to one cluster or, by weight, to
// several. All give a serialised Filter.
//
// Threads  pure.
// Spec     policy facts, sections 1.2 (weights), 1.3 (idle timeout, tunnel),
//          4.1; Envoy v3 TcpProxy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

// To a cluster that no policy speaks of.
std::string TcpProxyTo(const policy::v1::MeshConfig& config, absl::string_view cluster);

// To one port of a service.
Translated<std::string> TcpProxyToService(mesh::View& view, const ProxyClass& proxy,
                                          const mesh::Service& service,
                                          const mesh::ServicePort& port);

// To the destinations of a `tcp` or `tls` route of `virtual_service`, which a
// connection to `port` took. nullopt if there are none.
std::optional<Translated<std::string>> TcpProxyToRoute(
    mesh::View& view, const ProxyClass& proxy, const policy::Object& virtual_service,
    const google::protobuf::RepeatedPtrField<policy::v1::RouteDestination>& route, uint32_t port);

}  // namespace binnacle::translator
