// translator/outbound_placement.h
//
// Which services share which listener: on the wildcard address, told apart by
// what clients say, or on an address of their own.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 4.1 (outbound listener placement).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "envoy/config/core/v3/address.pb.h"
#include "mesh/service.h"
#include "mesh/view.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

// A service port that has part in a listener by what it is, not only by that it
// speaks HTTP. Pointers live as long as the View's Snapshot.
struct Tenant {
  const mesh::Service* service = nullptr;
  const mesh::ServicePort* port = nullptr;
  // The part of the wildcard address that the service is reached at; nullptr:
  // all of the listener's address.
  std::shared_ptr<const envoy::config::core::v3::CidrRange> block;
};

// Of one address, the oldest service first.
struct Tenancy {
  bool http = false;            // there are some that are declared HTTP,
  bool grpc_web = false;        // and grpc-web among them
  std::vector<Tenant> sniffed;  // HTTP or not, as it turns out
  std::vector<Tenant> tls;
  std::vector<Tenant> tcp;
};

// By IP address; "" is the wildcard. Every service that the class sees with a
// port of that number.
using Placement = std::map<std::string, Tenancy>;
Placement PlaceServices(mesh::View& view, const ProxyClass& proxy, uint32_t port);

}  // namespace binnacle::translator
