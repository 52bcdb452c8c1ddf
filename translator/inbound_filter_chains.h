// translator/inbound_filter_chains.h
//
// The filter chains by which connections to one port of a workload are taken:
// over mutual TLS, in plaintext or both, as HTTP, as bytes, or as whichever the
// first bytes show.
//
// A bare Envoy (ProxyClass::agent false) has no certificate to show. It takes
// plaintext where policy allows that, and where policy is STRICT it refuses.
//
// Threads  pure.
// Spec     policy facts, section 4.2; Envoy v3 FilterChain.
#pragma once

#include <cstdint>
#include <string>

#include "mesh/service.h"
#include "proto/policy/mesh_config.pb.h"
#include "translator/filter_chain_match.h"
#include "translator/peer_authentication.h"
#include "translator/proxy_class.h"

namespace binnacle::translator {

enum class InboundSpeech : uint8_t { kHttp, kTcp, kSniffed };

struct InboundPort {
  uint32_t number = 0;  // the workload's; 0: every port without chains of its own
  InboundSpeech speech = InboundSpeech::kSniffed;
  InboundAuthentication authentication;
  std::string cluster;
  const mesh::Service* service = nullptr;  // nullptr: of no service
  const mesh::ServicePort* service_port = nullptr;
};

// Whether some chain of the port takes the mesh's TLS.
bool TakesMeshTls(const InboundPort& port, const ProxyClass& proxy);

void AddInboundFilterChains(const policy::v1::MeshConfig& config, const ProxyClass& proxy,
                            const InboundPort& port, FilterChains& chains);

}  // namespace binnacle::translator
