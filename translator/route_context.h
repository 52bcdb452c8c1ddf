// translator/route_context.h
//
// What routes are being made for: a class of proxies, one port of theirs, and
// the gateways whose traffic arrives there.
//
// Threads  belongs to the call that makes the routes.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mesh/view.h"
#include "translator/message_form.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct RouteContext {
  mesh::View& view;
  const ProxyClass& proxy;
  uint32_t port = 0;  // the service port (sidecar, gRPC) or the server's (gateway)
  absl::Span<const absl::string_view> gateways;  // "ns/name", or "mesh"
  bool tls = false;                              // requests come over TLS that this proxy takes off
  Origins& origins;                              // every object that shapes a route is noted here
  // The host that routes are made for is no service's on `port`: then a
  // destination without a port means `port`, even that of a service with one.
  bool foreign_host = false;
  // A Route that sends to the cluster Blank(0) as no policy changes it: most are
  // that, filled in. nullptr: each is made for itself.
  const MessageForm* send_on = nullptr;
  // The whole route of a service that no VirtualService speaks for, as
  // ServiceRouteForm() makes it. nullptr: each is made for itself.
  const MessageForm* to_service = nullptr;
};

}  // namespace binnacle::translator
