// translator/outbound_filter_chains.h
//
// The filter chains of an outbound listener, for the services that share it.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, sections 1.2 (tls[], tcp[]), 4.1; Envoy v3
//          FilterChain.
#pragma once

#include <cstdint>
#include <string>

#include "mesh/view.h"
#include "translator/filter_chain_match.h"
#include "translator/outbound_placement.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct OutboundAddress {
  std::string ip;
  uint32_t port = 0;
  bool wildcard = false;

  // "10.96.0.10_80"
  std::string ListenerName() const;
};

struct OutboundFilterChains {
  FilterChains chains;
  // Takes what none of `chains` does.
  std::string fallback;  // serialised; empty: none
};

OutboundFilterChains BuildOutboundFilterChains(mesh::View& view, const ProxyClass& proxy,
                                               const OutboundAddress& address,
                                               const Tenancy& tenancy, Origins& origins);

// To where a connection goes that no service has claimed: on to where it was
// going, or nowhere.
absl::string_view UnclaimedCluster(const policy::v1::MeshConfig& config);

}  // namespace binnacle::translator
