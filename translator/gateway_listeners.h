// translator/gateway_listeners.h
//
// An ingress gateway's listeners: one for each merged port.
//
// Spec  policy facts, sections 1.1, 4.4, 5.12; Envoy v3 Listener.
#pragma once

#include <vector>

#include "mesh/view.h"
#include "translator/gateway_servers.h"
#include "translator/proxy_class.h"
#include "translator/serialized_listener.h"
#include "translator/translated.h"

namespace binnacle::translator {

// `view` must have read what `servers` was made from.
std::vector<Translated<SerializedListener>> BuildGatewayListeners(mesh::View& view,
                                                                  const ProxyClass& proxy,
                                                                  const GatewayServers& servers);

}  // namespace binnacle::translator
