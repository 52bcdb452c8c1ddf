// translator/cluster_discovery.h
//
// How a proxy comes to know the endpoints of a destination: told over EDS,
// found in DNS, or taken from the address that was dialled.
//
// Threads  pure.
// Spec     policy facts, sections 1.4 (resolution) and 1.3 (PASSTHROUGH);
//          Envoy v3 Cluster.DiscoveryType.
#pragma once

#include <cstdint>

#include "translator/destination.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

enum class Discovery : uint8_t {
  kEds,
  kStrictDns,    // every address that the names resolve to
  kLogicalDns,   // one address at a time; exactly one name
  kOriginalDst,  // where the caller was going
  kDynamicDns,   // the name in each request
};

Discovery DiscoveryOf(const Destination& destination, ProxyType proxy);

}  // namespace binnacle::translator
