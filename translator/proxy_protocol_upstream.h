// translator/proxy_protocol_upstream.h
//
// Connections that begin with a PROXY protocol header, which tells the server
// the client's own address.
//
// Threads  pure.
// Spec     policy facts, section 1.3 (proxyProtocol); Envoy v3
//          ProxyProtocolUpstreamTransport.
#pragma once

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "proto/policy/traffic_policy.pb.h"

namespace binnacle::translator {

// Wraps every transport socket that the cluster has by now (plaintext too).
void WrapInProxyProtocol(const policy::v1::TrafficPolicy::ProxyProtocol& settings,
                         envoy::config::cluster::v3::Cluster& cluster);

}  // namespace binnacle::translator
