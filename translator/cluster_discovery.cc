#include "translator/cluster_discovery.h"

#include "translator/load_balancer.h"

namespace binnacle::translator {
namespace {

// Only a sidecar sees connections that were meant for someone else. At a
// gateway the address dialled is the gateway's own.
bool GoesWhereDialled(const Destination& destination, ProxyType proxy) {
  if (proxy != ProxyType::kSidecar) return false;
  return destination.service->headless ||
         destination.service->resolution == mesh::Resolution::kPassthrough ||
         IsPassthrough(destination.policy.load_balancer());
}

}  // namespace

Discovery DiscoveryOf(const Destination& destination, ProxyType proxy) {
  const mesh::Resolution resolution = destination.service->resolution;
  if (resolution == mesh::Resolution::kDynamicDns) return Discovery::kDynamicDns;
  if (GoesWhereDialled(destination, proxy)) return Discovery::kOriginalDst;
  const bool dns = resolution == mesh::Resolution::kDns;
  if (resolution == mesh::Resolution::kDnsRoundRobin) return Discovery::kLogicalDns;
  // gRPC libraries know no STRICT_DNS.
  if (dns) return proxy == ProxyType::kGrpc ? Discovery::kLogicalDns : Discovery::kStrictDns;
  return Discovery::kEds;
}

}  // namespace binnacle::translator
