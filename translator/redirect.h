// translator/redirect.h
//
// Sending the client elsewhere.
//
// Threads  pure.
// Spec     Envoy v3 RedirectAction; policy facts, section 1.2.
#pragma once

#include <cstdint>

#include "envoy/config/route/v3/route_components.pb.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::translator {

// `port` is where the request arrived, `tls` whether it came over TLS. False,
// with `route` unchanged, if Envoy has no such redirect code.
bool SetRedirect(const policy::v1::HttpRedirect& redirect, uint32_t port, bool tls,
                 envoy::config::route::v3::Route& route);

}  // namespace binnacle::translator
