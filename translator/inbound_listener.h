// translator/inbound_listener.h
//
// `virtualInbound` on 15006: what a workload receives, a filter chain per port
// and per way of arriving.
//
// Spec  policy facts, section 4.2; Envoy v3 Listener.
#pragma once

#include "mesh/view.h"
#include "translator/proxy_class.h"
#include "translator/serialized_listener.h"
#include "translator/translated.h"

namespace binnacle::translator {

Translated<SerializedListener> BuildVirtualInbound(mesh::View& view, const ProxyClass& proxy);

}  // namespace binnacle::translator
