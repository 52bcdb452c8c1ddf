// translator/virtual_service_tcp.h
//
// The `tls` and `tcp` routes of a VirtualService as one proxy sees them: what
// is known beforehand (the proxy, the port, the gateway) is decided here, what
// only a connection tells (SNI, destination address) is left to the filter
// chain match.
//
// Threads  pure.
// Spec     policy facts, section 1.2: conditions of one match are ANDed,
//          matches are ORed; of tcp blocks the first that matches wins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/core/v3/address.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/filter_chain_match.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// Where a connection is looked at.
struct ConnectionContext {
  const ProxyClass& proxy;
  std::string gateway;  // "mesh" or "namespace/name"
  uint32_t port = 0;    // of the service or the gateway's server
};

struct ConnectionRoute {
  bool tls = false;                                         // of a `tls` route
  std::vector<std::string> server_names;                    // lower case; empty: any
  std::vector<envoy::config::core::v3::CidrRange> subnets;  // empty: any
  const google::protobuf::RepeatedPtrField<policy::v1::RouteDestination>* destinations = nullptr;

  // False if the route takes every connection.
  bool Asks() const { return tls || !subnets.empty(); }
  // Points into this.
  ConnectionMatch Match() const;
};

// In the order in which they are to be tried. `virtual_service` is of that
// kind and must outlive the result.
std::vector<ConnectionRoute> MatchTlsRoutes(const policy::Object& virtual_service,
                                            const ConnectionContext& context);

// As above; nothing follows a route that takes every address.
std::vector<ConnectionRoute> MatchTcpRoutes(const policy::Object& virtual_service,
                                            const ConnectionContext& context);

}  // namespace binnacle::translator
