// translator/passthrough_bind.h
//
// The source address of connections from a sidecar to its own workload. The
// capture rules let traffic from it pass, so that it does not come round to
// the sidecar again.
//
// Threads  pure.
// Spec     policy facts, section 4.1; Envoy v3 BindConfig.
#pragma once

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

void BindToPassthroughAddress(const ProxyClass& proxy,
                              envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
